import { PURPOSES, type Consent } from "./consent"

/** What has been said about one shopper's consent, by whom. */
export interface ConsentStatements {
  /** In the event itself. */
  event?: Consent
  /** By whoever sent it, e.g. the storefront's consent header. */
  sender?: Consent
  /** Recorded for the shopper earlier. */
  recorded?: Consent
  /** When nobody has said anything. */
  fallback: Consent
  /** The browser sent `Sec-GPC: 1`. */
  gpc?: boolean
}

/**
 * The consent that counts: event, then sender, then record, then the default.
 * An opt-out outranks a grant: a purpose that any of them denies is denied, so that an event queued
 * before the shopper changed their mind cannot bring the old grant back. Global Privacy Control
 * denies personalization unless the event or its sender grants it explicitly, for a record or a
 * default may be older than the signal (https://www.w3.org/TR/gpc/).
 */
export function resolveConsent(statements: ConsentStatements): Consent {
  const { event, sender, recorded, fallback, gpc } = statements
  const consent: Consent = { ...(event ?? sender ?? recorded ?? fallback) }
  for (const said of [event, sender, recorded]) {
    if (!said) continue
    for (const purpose of PURPOSES) if (!said[purpose]) consent[purpose] = false
  }
  if (gpc && !(event ?? sender)?.personalization) consent.personalization = false
  return consent
}
