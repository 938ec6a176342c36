import { TopK, type SparseRows } from "../lib"
import { transpose } from "./interaction-matrix"

/** The items' Gram matrix XᵀX, sparse: its diagonal and, per item, the entries beside it. */
export interface ItemGraph extends SparseRows {
  diagonal: Float32Array
}

/**
 * How often items were taken together, by weight: per item at most `most` others, those first of which it can be told
 * best (the square of the common weight over the other one's own), ties by lower number.
 * Time: the sum of the squared lengths of the rows. Memory: 8·most bytes per item at most.
 */
export function itemGraph(taken: SparseRows, most: number, checkCancelled: () => void): ItemGraph {
  const byItem = transpose(taken)
  const items = taken.width
  const diagonal = new Float32Array(items)
  for (let at = 0; at < taken.columns.length; at++) diagonal[taken.columns[at]] += taken.values[at] ** 2
  const sums = new Float64Array(items)
  const top = new TopK(Math.min(most, items))
  const parts: { columns: Int32Array; values: Float32Array }[] = []
  const start = new Int32Array(items + 1)
  for (let item = 0; item < items; item++) {
    if ((item & 255) === 0) checkCancelled()
    const touched: number[] = []
    for (let of = byItem.start[item]; of < byItem.start[item + 1]; of++) {
      const row = byItem.columns[of]
      for (let at = taken.start[row]; at < taken.start[row + 1]; at++) {
        const other = taken.columns[at]
        if (other === item) continue
        if (sums[other] === 0) touched.push(other)
        sums[other] += byItem.values[of] * taken.values[at]
      }
    }
    for (const other of touched) top.offer(other, sums[other] ** 2 / diagonal[other])
    const columns = top.drain().numbers
    parts.push({ columns, values: Float32Array.from(columns, (other) => sums[other]) })
    start[item + 1] = start[item] + columns.length
    for (const other of touched) sums[other] = 0
  }
  const columns = new Int32Array(start[items])
  const values = new Float32Array(start[items])
  parts.forEach((part, item) => {
    columns.set(part.columns, start[item])
    values.set(part.values, start[item])
  })
  return { rows: items, width: items, start, columns, values, diagonal }
}
