/** How many events came in, for the admin's overview. Counted by the time they were stored. */
export interface EventRates {
  /** Oldest first; a minute without events is missing. `minute` is its start, ms since the epoch. */
  perMinute(minutes: number): Promise<{ minute: number; count: number }[]>
  since(ms: number): Promise<number>
}
