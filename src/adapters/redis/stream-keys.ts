import { partitionKeyOf, timeOfEventId, type ShopEvent } from "../../services/events"

/** Ids are remembered in sets of this span of time (by the time in the id): each set ends as a whole. */
const BUCKET_MS = 600_000

/**
 * Names of a stream's keys. The braces put all that belongs to one partition on one server of a cluster, so that a
 * script may touch it together.
 */
export class StreamKeys {
  constructor(
    private readonly prefix: string,
    readonly partitions: number
  ) {}

  stream(partition: number): string {
    return `${this.prefix}:{events:${partition}}`
  }

  /** Where the id of an event is remembered; the same for each telling of it. */
  seen(partition: number, eventId: string): string {
    const time = timeOfEventId(eventId)
    return `${this.stream(partition)}:seen:${Number.isFinite(time) ? Math.floor(time / BUCKET_MS) : "other"}`
  }

  /** Who works on a partition for a group. */
  lease(partition: number, group: string): string {
    return `${this.stream(partition)}:lease:${group}`
  }

  /** Who works for a group. */
  members(group: string): string {
    return `${this.prefix}:{members:${group}}`
  }

  /** Where appends and releases are made known. */
  get channel(): string {
    return `${this.prefix}:events`
  }

  /** Stable: events appended by another version must land where their shopper's earlier ones are. */
  partitionOf(event: ShopEvent): number {
    return fnv1a(partitionKeyOf(event)) % this.partitions
  }
}

/** 32-bit FNV-1a of the UTF-8 bytes (http://www.isthe.com/chongo/tech/comp/fnv/). */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
