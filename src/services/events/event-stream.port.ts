import type { LoggedEvent, ShopEvent } from "./event"

export interface AppendResult {
  /** Ids that are durable now. */
  appended: string[]
  /** Ids the stream knows it held already; nothing changed for them. Some streams find out only on delivery. */
  duplicates: string[]
}

export interface Subscription {
  /** Resolves when everything appended before the call has been handled by the group. */
  caughtUp(): Promise<void>
  /** Stops after the batch in hand. */
  close(): Promise<void>
}

export interface SubscribeOptions {
  /**
   * Where to begin: `committed` (after the group's last acknowledged batch; the beginning if there is none, and shared
   * by all processes of the group), `beginning` or `end` (for this process alone), or after a given offset
   * (`{ after }`, for handlers that keep their own position; only on logs of one partition).
   */
  from?: "committed" | "beginning" | "end" | { after: string }
  /** Events per batch at most. Default 500. */
  batchSize?: number
}

/**
 * The durable way of events from who tells them to who handles them. A shopper's events are delivered in the order
 * in which they were appended. At-least-once: a batch is acknowledged when its handler resolves, and delivered again,
 * at the same places, when its process dies before. An event that was appended twice is delivered to a group at one
 * place only. A handler that throws sees the same batch again after a backoff; after `maxAttempts` the events that
 * fail alone go to the dead letters and the group moves on, but a handler that is `unavailable` is waited for.
 */
export interface EventStream {
  /** Appends a batch; resolves only when it is durable. Idempotent by `event_id`. @throws `unavailable`, `overloaded` */
  append(events: readonly ShopEvent[]): Promise<AppendResult>
  subscribe(
    group: string,
    handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    options?: SubscribeOptions
  ): Promise<Subscription>
  close(): Promise<void>
}
