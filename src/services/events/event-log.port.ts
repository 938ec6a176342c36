import type { SubjectRef } from "../privacy"
import type { LoggedEvent } from "./event"
import type { EventStream } from "./event-stream.port"

export interface Erased {
  events: number
  sessionIds: string[]
}

/**
 * A part of history. `since`/`until` are event times in ms; `subject` leaves events that name the visitor or customer,
 * `types` those of these types.
 */
export interface HistoryRange {
  after?: string
  since?: number
  until?: number
  subject?: SubjectRef
  types?: readonly string[]
  /**
   * Events read at a time, at the most: few where requests are answered in the same process, for a driver parses an answer
   * in one go. Default: as many as are quickest.
   */
  batch?: number
}

/** A `batch` that takes 1 or 2 ms to parse. */
export const SMALL_BATCH = 500

/** What has happened, for as long as it is kept: read again by whoever learns from it, and forgotten on request. */
export interface EventHistory {
  /** Reads history in order, in batches. */
  replay(range?: HistoryRange): AsyncIterable<readonly LoggedEvent[]>
  /** Offset of the newest event, or undefined when empty. */
  head(): Promise<string | undefined>
  /** Deletes every event of one subject; returns how many there were, and the sessions they belonged to. */
  erase(subject: { visitorIds: readonly string[]; customerId?: string }): Promise<Erased>
  /**
   * Takes the names off a visitor's events, consent updates excepted, as `withoutNames` does; offsets stay.
   * Returns the ids of the sessions they belonged to.
   */
  unname(visitorId: string): Promise<string[]>
  /** Takes the customer off a visitor's events: they were not theirs. Offsets stay. Returns how many there were. */
  unlink(visitorId: string, customerId: string): Promise<number>
}

/** The durable, ordered record of what happened: a stream of one partition that keeps what went through it. */
export interface EventLog extends EventStream, EventHistory {}
