import { placeOf, type EventClaims, type LoggedEvent, type ShopEvent } from "../../services/events"
import type { RedisClient, StreamEntry } from "./driver"
import { translated } from "./errors"
import type { StreamScripts } from "./stream-scripts"
import { offsetBefore, offsetOfId } from "./stream-offset"

/** Entries as events at their places; those deleted while they were pending are left out. */
export const eventsOf = (entries: readonly StreamEntry[], partition: number): LoggedEvent[] =>
  entries.flatMap(([id, fields]) =>
    fields ? [{ partition, offset: offsetOfId(id), event: JSON.parse(fields[1]) as ShopEvent }] : []
  )

/**
 * The events whose place owns them. An event that is told again with another visitor lies in another partition, and one
 * told again when its id is no longer remembered lies in its partition twice: each counts where it was claimed first.
 */
export async function owned(claims: EventClaims, events: readonly LoggedEvent[]): Promise<LoggedEvent[]> {
  const own = await claims.claim(events.map((one) => ({ eventId: one.event.event_id, place: placeOf(one) })))
  return events.filter((_, i) => own[i])
}

/** How far a group is. */
export interface GroupState {
  /** Everything up to here is handled. */
  committed: string
  /** Events delivered to it or not, that it has not acknowledged. */
  lag: number
}

/** Undefined when the group has never read this stream. */
export async function groupState(
  { state }: StreamScripts,
  stream: string,
  group: string
): Promise<GroupState | undefined> {
  const found = (await state([stream], [group])) as [first: string, last: string, lag: number] | null
  if (!found) return undefined
  const [first, last, lag] = found
  return { committed: first ? offsetBefore(offsetOfId(first)) : offsetOfId(last), lag }
}

/** Id of the newest entry of a stream, if it has any. */
export async function newestId(client: RedisClient, stream: string): Promise<string | undefined> {
  const [newest] = await translated(() => client.xrevrange(stream, "+", "-", "COUNT", 1))
  return newest?.[0]
}
