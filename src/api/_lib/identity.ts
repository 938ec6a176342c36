import type { MedusaRequest } from "@medusajs/framework/http"
import type { Consent } from "../../services/privacy"
import { NO_CONSENT } from "../../services/privacy"
import { PersonalizationError } from "../../services/lib"

/** Who asks, as far as the request itself can tell. */
export interface Identity {
  visitorId?: string
  sessionId?: string
  /** From the auth context only: a body or header can't claim to be a customer. */
  customerId?: string
  /** What the request says of consent; undefined when it says nothing. */
  consent?: Consent
  /** Global Privacy Control is on. */
  gpc: boolean
}

const ID = /^[\w.:-]{1,128}$/

function idHeader(req: MedusaRequest, name: string): string | undefined {
  const value = req.get(name)
  if (value === undefined || value === "") return undefined
  if (!ID.test(value)) {
    const message = "must be 1 to 128 letters, digits, or any of . _ : -"
    throw new PersonalizationError("invalid_input", `${name}: ${message}`, {
      fields: [{ path: name, message }],
    })
  }
  return value
}

const CONSENT_HEADER = "x-personalization-consent"

function consentHeader(req: MedusaRequest): Consent | undefined {
  const value = req.get(CONSENT_HEADER)
  if (value === undefined) return undefined
  const consent = { ...NO_CONSENT }
  for (const purpose of value.split(",").map((part) => part.trim())) {
    if (purpose === "" || purpose === "none") continue
    if (!(purpose in consent)) {
      const message = `unknown purpose "${purpose.slice(0, 40)}"; known are ${Object.keys(NO_CONSENT).join(", ")}`
      throw new PersonalizationError("invalid_input", `${CONSENT_HEADER}: ${message}`, {
        fields: [{ path: CONSENT_HEADER, message }],
      })
    }
    consent[purpose as keyof Consent] = true
  }
  return consent
}

/** @throws PersonalizationError `invalid_input` that names the wrong header */
export function identify(req: MedusaRequest): Identity {
  const auth = (req as { auth_context?: { actor_id?: string; actor_type?: string } }).auth_context
  return {
    visitorId: idHeader(req, "x-personalization-visitor"),
    sessionId: idHeader(req, "x-personalization-session"),
    customerId: auth?.actor_type === "customer" && auth.actor_id ? auth.actor_id : undefined,
    consent: consentHeader(req),
    gpc: req.get("sec-gpc") === "1",
  }
}
