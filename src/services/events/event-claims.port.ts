/** An event at a place of a stream. */
export interface Claim {
  eventId: string
  /** `<partition>:<offset>` */
  place: string
}

/**
 * Which place an event counts at, for streams that may hold it twice: the place that claims its id first. A claim is
 * kept, so that a batch that is delivered again after a crash finds its own and is handled, and a second telling of
 * the same event finds another's and is not.
 */
export interface EventClaims {
  /** For each, whether its place owns its event id now. One round trip. @throws PersonalizationError `unavailable` */
  claim(claims: readonly Claim[]): Promise<boolean[]>
}
