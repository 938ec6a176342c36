import type { Coordinates } from "./place"

/** Something that is on somewhere: a match, a fair, a holiday. */
export interface LocalEvent {
  name: string
  /** One of few words, e.g. `football`; rules refer to it, and what is wanted while it is on is counted by it. */
  kind: string
  /** ms since the epoch */
  startsAt: number
  endsAt: number
}

/** Knows what is on near a place. */
export interface LocalEventsProvider {
  name: string
  /**
   * What is on now, or will be within the next days. Asked beside the requests, and not for every one.
   * @param signal aborted when the answer is no longer waited for
   * @throws Error when it can't be had
   */
  events(at: Coordinates, signal: AbortSignal): Promise<readonly LocalEvent[]>
}
