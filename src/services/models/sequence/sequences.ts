import type { Random } from "../../lib"
import type { Interactions } from "../training-data"

/** Item sequences in columns, to learn from. Items are numbered as `items`. */
export interface Sequences {
  /** Numbers in `Interactions.itemIds` of the items that occur, ascending; a sequence holds places in this list. */
  items: Int32Array
  item: Int32Array
  /** Row where each sequence begins; length = sequences + 1. */
  start: Int32Array
  /** Share of the sessions that are newer, 0–1, by sequence. */
  age: Float64Array
}

/**
 * The sessions, and the sequence of all sessions of each user who has several, cut into pieces of at most
 * `maxLength` steps that share one item. Repeats of an item in a row count once unless `keepRepeats`.
 */
export function sequencesOf(
  interactions: Interactions,
  { maxLength, keepRepeats }: { maxLength: number; keepRepeats: boolean }
): Sequences {
  const { item, user, sessionStart } = interactions
  const sessions = sessionStart.length - 1
  const occurs = new Uint8Array(interactions.itemIds.length)
  for (const number of item) occurs[number] = 1
  const items = Int32Array.from(occurs.keys()).filter((number) => occurs[number] === 1)
  const place = new Int32Array(occurs.length)
  items.forEach((number, at) => (place[number] = at))
  const rows: number[] = []
  const start = [0]
  const ages: number[] = []
  const add = (sequence: readonly number[], session: number) => {
    for (let end = sequence.length; end >= 2; end -= maxLength) {
      for (let at = Math.max(0, end - maxLength - 1); at < end; at++) rows.push(sequence[at])
      start.push(rows.length)
      ages.push((sessions - 1 - session) / sessions)
    }
  }
  const ofUser = new Map<number, { sequence: number[]; sessions: number; last: number }>()
  for (let session = 0; session < sessions; session++) {
    const sequence: number[] = []
    for (let row = sessionStart[session]; row < sessionStart[session + 1]; row++) {
      const at = place[item[row]]
      if (keepRepeats || at !== sequence.at(-1)) sequence.push(at)
    }
    add(sequence, session)
    const who = user[sessionStart[session]] ?? -1
    if (who < 0) continue
    const known = ofUser.get(who) ?? { sequence: [], sessions: 0, last: 0 }
    for (const at of sequence) known.sequence.push(at)
    ofUser.set(who, { sequence: known.sequence, sessions: known.sessions + 1, last: session })
  }
  for (const { sequence, sessions: count, last } of ofUser.values())
    if (count > 1) add(sequence.slice(-USER_PIECES * maxLength), last)
  return { items, item: Int32Array.from(rows), start: Int32Array.from(start), age: Float64Array.from(ages) }
}

/** Of a user's whole history only the newest pieces are learned from, for a machine may have millions. */
const USER_PIECES = 4

/** Sequences of about the same length that are learned from at once. */
export interface Batch {
  /** Steps of every sequence: the longest has one item more. */
  length: number
  sequences: readonly number[]
}

/** Lengths are rounded up to one of these, so that few programs are compiled and little is padded. */
const LENGTHS = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 100, 128, 160, 200,
]

const roundedLength = (steps: number, maxLength: number): number =>
  Math.min(LENGTHS.find((length) => length >= steps) ?? steps, maxLength)

/** Sequences per batch, so that every batch has about `positions` steps. */
export const batchSize = (length: number, positions: number): number =>
  Math.max(1, Math.round(positions / length))

/** All of `chosen` in batches of one length each, both in random order. */
export function batches(
  { start }: Sequences,
  chosen: readonly number[],
  { positions, maxLength }: { positions: number; maxLength: number },
  random: Random
): Batch[] {
  const byLength = new Map<number, number[]>()
  for (const sequence of random.shuffle([...chosen])) {
    const length = roundedLength(start[sequence + 1] - start[sequence] - 1, maxLength)
    const group = byLength.get(length)
    if (group) group.push(sequence)
    else byLength.set(length, [sequence])
  }
  const result: Batch[] = []
  for (const [length, group] of byLength) {
    const size = batchSize(length, positions)
    for (let at = 0; at < group.length; at += size)
      result.push({ length, sequences: group.slice(at, at + size) })
  }
  return random.shuffle(result)
}
