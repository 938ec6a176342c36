/**
 * Redis names an entry `<ms>-<n>`. As an offset it is one decimal number: the ms, and n in ten digits, so that offsets
 * compare by `compareOffsets` as the entries follow each other.
 */
const DIGITS = 10

/** Before every entry. */
export const START_ID = "0-0"

export function offsetOfId(id: string): string {
  const [ms, n] = id.split("-")
  return ms === "0" ? n : ms + n.padStart(DIGITS, "0")
}

export function idOfOffset(offset: string): string {
  const ms = offset.slice(0, -DIGITS) || "0"
  return `${ms}-${BigInt(offset.slice(-DIGITS))}`
}

/** The greatest offset below. */
export const offsetBefore = (offset: string): string => String(BigInt(offset) - 1n)
