import { createHash, randomBytes } from "node:crypto"

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
/** Largest time that the 48 bits of a UUIDv7 hold, ms. */
const MAX_TIME = 2 ** 48 - 1

/** Lower-case UUID of version 7 (RFC 9562)? */
export const isEventId = (text: string): boolean => UUID_V7.test(text)

function uuidv7(ms: number, tail: Buffer): string {
  const time = Math.min(MAX_TIME, Math.max(0, Math.floor(ms)))
    .toString(16)
    .padStart(12, "0")
  tail[0] = (tail[0] & 0x0f) | 0x70
  tail[2] = (tail[2] & 0x3f) | 0x80
  const rest = tail.toString("hex", 0, 10)
  return `${time.slice(0, 8)}-${time.slice(8)}-${rest.slice(0, 4)}-${rest.slice(4, 8)}-${rest.slice(8)}`
}

/** A fresh UUIDv7 for an event at `ms` since the epoch. */
export const newEventId = (ms: number): string => uuidv7(ms, randomBytes(10))

/**
 * The UUIDv7 of a fact that may be told twice (an order event delivered again, a file imported again):
 * the same time and identity give the same id, so that the log recognises the repetition.
 */
export function eventIdFrom(ms: number, identity: string): string {
  return uuidv7(ms, createHash("sha256").update(identity).digest().subarray(0, 10))
}

/** Time embedded in a UUIDv7, ms since the epoch. */
export const timeOfEventId = (id: string): number => parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** UTC day of a UUIDv7 as `YYYY-MM-DD`: the partition that holds it, known from the id alone. */
export const dayOfEventId = (id: string): string => new Date(timeOfEventId(id)).toISOString().slice(0, 10)
