import { randomFillSync } from "node:crypto"
import { compareOffsets, type Position } from "../../services/events"
import type { FeatureRecord } from "../../services/features"

/** A record as it is held: its states, and how far it has come in each partition (offset by partition). */
export interface HeldRecord {
  /** Changes with every write; empty when nothing is held. */
  token: string
  states: FeatureRecord
  reached: Readonly<Record<string, string>>
}

/** Length of a token in characters: 9 random bytes, so that no two writes of a key ever share one. */
export const TOKEN_LENGTH = 12

export const NOTHING: HeldRecord = Object.freeze({ token: "", states: {}, reached: {} })

const TOKEN_BYTES = 9
/** Randomness for many tokens: asking for it takes longer than using it. */
const pool = Buffer.allocUnsafe(TOKEN_BYTES * 512)
let used = pool.length

export function newToken(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  return pool.toString("base64url", used, (used += TOKEN_BYTES))
}

/** `<token>{"s":states,"r":reached}`; a record whose updates never said where they come from has no `r`. */
export function encodeRecord({ token, states, reached }: HeldRecord): string {
  const hasReached = Object.keys(reached).length > 0
  return token + JSON.stringify(hasReached ? { s: states, r: reached } : { s: states })
}

export function decodeRecord(text: string | null): HeldRecord {
  if (text === null) return NOTHING
  const { s, r } = JSON.parse(text.slice(TOKEN_LENGTH)) as {
    s: FeatureRecord
    r?: Record<string, string>
  }
  return { token: text.slice(0, TOKEN_LENGTH), states: s, reached: r ?? {} }
}

/** Has the record what happened at this place already? */
export function hasReached({ reached }: HeldRecord, { partition = 0, offset }: Position): boolean {
  const held = reached[partition]
  return held !== undefined && compareOffsets(offset, held) <= 0
}
