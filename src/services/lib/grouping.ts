/** Rows by group: those of group `g` are `rows[start[g] .. start[g + 1])`, in their original order. */
export interface Grouping {
  /** length = groups + 1 */
  start: Int32Array
  rows: Int32Array
}

/** Groups rows by a key in [0, groups) with a counting sort: O(rows + groups), two typed arrays. */
export function groupRows(keys: ArrayLike<number>, groups: number): Grouping {
  const start = new Int32Array(groups + 1)
  for (let row = 0; row < keys.length; row++) start[keys[row] + 1]++
  for (let group = 0; group < groups; group++) start[group + 1] += start[group]
  const next = start.slice(0, groups)
  const rows = new Int32Array(keys.length)
  for (let row = 0; row < keys.length; row++) rows[next[keys[row]]++] = row
  return { start, rows }
}
