import type { Random } from "../../lib"

/** Values an option may take in a search. */
export type Range =
  | {
      from: number
      to: number
      /** Even steps of the logarithm rather than of the value. */
      log?: boolean
      whole?: boolean
    }
  | { oneOf: readonly (string | number | boolean)[] }

/** What is searched of a model: option → range. */
export type SearchSpace = Readonly<Record<string, Range>>

export type Choice = Record<string, unknown>

/** A numeric value's place in its range, 0–1. */
export function placeOf(range: Range, value: unknown): number | undefined {
  if ("oneOf" in range || typeof value !== "number") return undefined
  const { from, to, log } = range
  const place = log ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from)
  return Number.isFinite(place) ? Math.max(0, Math.min(1, place)) : undefined
}

/** The value at a place, rounded to four digits, so that it reads well in a report. */
export function valueAt(range: Exclude<Range, { oneOf: unknown }>, place: number): number {
  const { from, to, log, whole } = range
  const value = log ? from * (to / from) ** place : from + (to - from) * place
  return whole ? Math.round(value) : Number(value.toPrecision(4))
}

export function drawValue(range: Range, random: Random): unknown {
  return "oneOf" in range ? random.pick(range.oneOf) : valueAt(range, random.next())
}

export const drawChoice = (space: SearchSpace, random: Random): Choice =>
  Object.fromEntries(Object.entries(space).map(([option, range]) => [option, drawValue(range, random)]))
