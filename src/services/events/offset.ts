/** Orders two offsets of one log: negative, 0 or positive. Offsets are decimal numbers of any length. */
export function compareOffsets(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a < b ? -1 : a > b ? 1 : 0
}
