import { placeOf, type LoggedEvent } from "./event"

/** An event that could not be handled, or that was refused: what it was, whose it is to handle, and why it failed. */
export interface DeadLetter {
  /** Decimal, rising with time. */
  id: string
  /** The group that could not handle it, or `ingest` for an event that was refused when it arrived. */
  group: string
  /** Where it stood: `<partition>:<offset>`, or who sent a refused one. One letter per group and origin. */
  origin: string
  /** The event as it was; a refused one as far as it may be kept. */
  event: unknown
  error: string
  /** ms since the epoch */
  buriedAt: number
}

export type NewDeadLetter = Omit<DeadLetter, "id" | "buriedAt">

/** Where the events lie that nobody could handle, until a person has looked at them. */
export interface DeadLetterStore {
  /** A letter of the same group and origin is replaced. @throws PersonalizationError `unavailable` */
  add(letters: readonly NewDeadLetter[]): Promise<void>
  /** Newest first, those below `before` (an id). */
  list(query: { group?: string; before?: string; limit: number }): Promise<DeadLetter[]>
  get(ids: readonly string[]): Promise<DeadLetter[]>
  /** Returns how many there were. */
  remove(ids: readonly string[]): Promise<number>
  /** Keeps the newest `kept` of a group. */
  trim(group: string, kept: number): Promise<void>
}

/** The letter of an event that a group could not handle. */
export const letterOf = (group: string, logged: LoggedEvent, error: Error): NewDeadLetter => ({
  group,
  origin: placeOf(logged),
  event: logged.event,
  error: error.message,
})
