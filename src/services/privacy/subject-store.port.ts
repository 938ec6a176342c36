import type { Consent } from "./consent"

/** Who an event or a request is about; both are absent for an unknown shopper. */
export interface SubjectRef {
  visitorId?: string
  customerId?: string
}

/** What is kept about a shopper besides events: consent, and which visitors a customer was. */
export interface SubjectStore {
  /** Keeps the newest statement: one with an older `ts` (ms) changes nothing. */
  recordConsent(visitorId: string, consent: Consent, ts: number): Promise<void>
  /**
   * Recorded consent of each, in one read: the visitor's own, else the newest among the customer's
   * visitors, else undefined.
   */
  consentsOf(subjects: readonly SubjectRef[]): Promise<(Consent | undefined)[]>
  consentOf(subject: SubjectRef): Promise<Consent | undefined>
  /** The visitor turned out to be this customer. The first link of a visitor stays. */
  link(visitorId: string, customerId: string): Promise<void>
  /** The visitor was not this customer after all. */
  unlink(visitorId: string, customerId: string): Promise<void>
  /** Visitors known to be this customer. */
  visitorsOf(customerId: string): Promise<string[]>
  /** Forgets consent and links; returns the number of records deleted. */
  erase(subject: { visitorIds: readonly string[]; customerId?: string }): Promise<number>
}
