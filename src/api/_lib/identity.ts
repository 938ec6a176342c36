import { headerOf } from "../../services/context"
import { NO_CONSENT, type Consent } from "../../services/privacy"
import type { Call } from "./call"
import { wrong } from "./products"

/** Who asks, as far as the request itself can tell. */
export interface Identity {
  visitorId?: string
  sessionId?: string
  customerId?: string
  /** What the request says of consent; undefined when it says nothing. */
  consent?: Consent
  /** Global Privacy Control is on. */
  gpc: boolean
}

const ID = /^[\w.:-]{1,128}$/

function idHeader({ headers }: Call, name: string): string | undefined {
  const value = headerOf(headers, name)
  if (value === undefined || value === "") return undefined
  if (!ID.test(value)) throw wrong(name, "must be 1 to 128 letters, digits, or any of . _ : -")
  return value
}

const CONSENT_HEADER = "x-personalization-consent"

function consentHeader({ headers }: Call): Consent | undefined {
  const value = headerOf(headers, CONSENT_HEADER)
  if (value === undefined) return undefined
  const consent = { ...NO_CONSENT }
  for (const purpose of value.split(",").map((part) => part.trim())) {
    if (purpose === "" || purpose === "none") continue
    if (!Object.hasOwn(consent, purpose)) {
      const known = Object.keys(NO_CONSENT).join(", ")
      throw wrong(CONSENT_HEADER, `unknown purpose "${purpose.slice(0, 40)}"; known are ${known}`)
    }
    consent[purpose as keyof Consent] = true
  }
  return consent
}

/** @throws PersonalizationError `invalid_input` that names the wrong header */
export function identify(call: Call): Identity {
  return {
    visitorId: idHeader(call, "x-personalization-visitor"),
    sessionId: idHeader(call, "x-personalization-session"),
    customerId: call.customerId,
    consent: consentHeader(call),
    gpc: headerOf(call.headers, "sec-gpc") === "1",
  }
}
