/** How many live events came in, for the admin's overview: told within an hour of happening, imports left out. */
export interface EventRates {
  /** Oldest first; a minute without events is missing. `minute` is its start, ms since the epoch. */
  perMinute(minutes: number): Promise<{ minute: number; count: number }[]>
  since(ms: number): Promise<number>
}
