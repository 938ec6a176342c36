import { groupRows, type SparseRows } from "../lib"
import type { Interactions } from "./training-data"

export interface MatrixOptions {
  /** Weight of a view, a cart, a purchase; an item has that of the strongest. */
  kindWeights: readonly number[]
  /** What an item's weight grows by, times the logarithm of how often it came. 0: repeats do not count. */
  repeatWeight: number
  /** Whose items make a row: a shopper's where the shopper is known, else a session's; or always a session's. */
  rows: "shopper" | "session"
  /** Newest items of a row that count, so that one shopper with a million events costs no more than others. */
  maxItems: number
}

/**
 * Who took an interest in what, a row for each shopper (else session), with one entry per item. Rows without entries
 * of positive weight are left out. Memory: 8 bytes per interaction beside the result.
 */
export function interactionMatrix(interactions: Interactions, options: MatrixOptions): SparseRows {
  const { item, user, session, kind, itemIds, userIds, sessionStart } = interactions
  const people = options.rows === "shopper" ? userIds.length : 0
  const owner = Int32Array.from(item, (_, row) =>
    people > 0 && user[row] >= 0 ? user[row] : people + session[row]
  )
  const groups = groupRows(owner, people + sessionStart.length - 1)
  const width = itemIds.length
  const strongest = new Float32Array(width)
  const count = new Int32Array(width)
  const start = [0]
  const columns = new Int32Array(item.length)
  const values = new Float32Array(item.length)
  let held = 0
  for (let group = 0; group + 1 < groups.start.length; group++) {
    const begin = held
    // Rows are ordered by session and sessions by their end, so the last ones are the newest.
    for (let at = groups.start[group + 1] - 1; at >= groups.start[group]; at--) {
      const row = groups.rows[at]
      const weight = options.kindWeights[kind[row]]
      if (!(weight > 0)) continue
      const number = item[row]
      if (count[number] === 0) {
        if (held - begin === options.maxItems) continue
        columns[held++] = number
      }
      count[number]++
      strongest[number] = Math.max(strongest[number], weight)
    }
    if (held === begin) continue
    const own = columns.subarray(begin, held).sort()
    own.forEach((number, i) => {
      values[begin + i] = strongest[number] * (1 + options.repeatWeight * Math.log(count[number]))
      strongest[number] = 0
      count[number] = 0
    })
    start.push(held)
  }
  return {
    rows: start.length - 1,
    width,
    start: Int32Array.from(start),
    columns: columns.slice(0, held),
    values: values.slice(0, held),
  }
}

/** The same entries by column. */
export function transpose({ rows, width, start, columns, values }: SparseRows): SparseRows {
  const byColumn = groupRows(columns, width)
  const turned = new Int32Array(columns.length)
  for (let row = 0; row < rows; row++) turned.fill(row, start[row], start[row + 1])
  return {
    rows: width,
    width: rows,
    start: byColumn.start,
    columns: byColumn.rows.map((at) => turned[at]),
    values: Float32Array.from(byColumn.rows, (at) => values[at]),
  }
}
