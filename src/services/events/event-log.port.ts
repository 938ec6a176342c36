import type { LoggedEvent, ShopEvent } from "./event"

export interface AppendResult {
  /** Ids that were new and are durable now. */
  appended: string[]
  /** Ids the log held already; nothing changed for them. */
  duplicates: string[]
}

export interface Erased {
  events: number
  sessionIds: string[]
}

export interface Subscription {
  /** Resolves when everything appended before the call has been handled. */
  caughtUp(): Promise<void>
  /** Stops after the batch in hand. */
  close(): Promise<void>
}

export interface SubscribeOptions {
  /**
   * Where to begin: `committed` (after the group's last acknowledged batch; the beginning if there is none),
   * `beginning`, `end`, or after a given offset (`{ after }`, for handlers that keep their own position).
   */
  from?: "committed" | "beginning" | "end" | { after: string }
  /** Events per batch at most. Default 500. */
  batchSize?: number
}

/**
 * The durable, ordered record of what happened. At-least-once delivery; a batch is acknowledged
 * when its handler resolves. A handler that throws sees the same batch again after a backoff;
 * after `maxAttempts` the events that fail alone go to the dead letters and the group moves on.
 */
export interface EventLog {
  /** Appends a batch atomically; resolves only when it is durable. Idempotent by `event_id`. */
  append(events: readonly ShopEvent[]): Promise<AppendResult>
  subscribe(
    group: string,
    handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    options?: SubscribeOptions
  ): Promise<Subscription>
  /** Reads history in order, in batches. `since`/`until` are event times in ms. */
  replay(range?: { after?: string; since?: number; until?: number }): AsyncIterable<readonly LoggedEvent[]>
  /** Offset of the newest event, or undefined when empty. */
  head(): Promise<string | undefined>
  /** Deletes every event of one subject; returns how many there were, and the sessions they belonged to. */
  erase(subject: { visitorIds: readonly string[]; customerId?: string }): Promise<Erased>
  /**
   * Takes the names off a visitor's events, consent updates excepted, as `withoutNames` does; offsets stay.
   * Returns the ids of the sessions they belonged to.
   */
  unname(visitorId: string): Promise<string[]>
  close(): Promise<void>
}
