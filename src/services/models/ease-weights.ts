import { KernelMemory, SymmetricMatrix, TopK, type KernelCall, type SparseRows } from "../lib"
import { transpose } from "./interaction-matrix"
import type { ItemGraph } from "./item-graph"
import type { FitContext } from "./model"

/** Pieces that the neighbourhoods are cut into: always the same, so that the answer does not depend on the threads. */
const PIECES = 64

/**
 * Item-item weights of the whole catalogue at once, from the inverse of its Gram matrix: row i holds the weights of
 * item i for others, the `prune` largest of either sign.
 */
export async function wholeWeights(
  graph: ItemGraph,
  ridge: number,
  prune: number,
  context: FitContext
): Promise<SparseRows> {
  const items = graph.rows
  const memory = new KernelMemory()
  const matrix = new SymmetricMatrix(memory, items)
  for (let item = 0; item < items; item++) {
    matrix.add(item, item, graph.diagonal[item] + ridge)
    for (let at = graph.start[item]; at < graph.start[item + 1]; at++)
      if (graph.columns[at] < item) matrix.add(item, graph.columns[at], graph.values[at])
  }
  const crew = await memory.crew(context.parallel, items ** 3)
  try {
    await matrix.invert(crew, (share) => {
      context.checkCancelled()
      context.progress(0.2 + 0.7 * share)
    })
  } finally {
    crew.close()
  }
  const diagonal = new Float64Array(items)
  matrix.forEachRow((row, inverse) => (diagonal[row] = inverse[row]))
  const kept = Math.min(prune, items)
  const top = new TopK(kept)
  const start = new Int32Array(items + 1)
  const columns = new Int32Array(items * kept)
  const values = new Float32Array(items * kept)
  let held = 0
  matrix.forEachRow((row, inverse) => {
    for (let to = 0; to < items; to++) {
      if (to !== row && inverse[to] !== 0) top.offer(to, Math.abs(inverse[to] / diagonal[to]))
    }
    for (const to of top.drain().numbers.sort()) {
      columns[held] = to
      values[held++] = -inverse[to] / diagonal[to]
    }
    start[row + 1] = held
  })
  return { rows: items, width: items, start, columns: columns.slice(0, held), values: values.slice(0, held) }
}

/**
 * The same for catalogues whose matrix is too large: every item's weights come from its `neighbours` alone, as if
 * there were no others (Steck, "Markov random fields for collaborative filtering", NeurIPS 2019, approximates the
 * inverse by such parts; Ning & Karypis' SLIM learns them one by one). Time: items · neighbours³ / 3.
 * Memory: 4·neighbours bytes per item beside the graph.
 */
export async function neighbourhoodWeights(
  graph: ItemGraph,
  ridge: number,
  neighbours: number,
  prune: number,
  context: FitContext
): Promise<SparseRows> {
  const items = graph.rows
  const most = Math.ceil(neighbours / 8) * 8
  const memory = new KernelMemory()
  const [start, columns, values, diagonal] = [graph.start, graph.columns, graph.values, graph.diagonal].map(
    (array) => memory.place(array)
  )
  const weights = memory.reserve(items * most * 4)
  const room = ((most + 3) * most + items) * 4
  const scratch = memory.reserve(PIECES * Math.ceil(room / 16) * 16)
  const crew = await memory.crew(context.parallel, (items * most ** 3) / 3)
  const calls: KernelCall[] = []
  for (let piece = 0; piece < PIECES; piece++) {
    const [first, end] = [piece, piece + 1].map((part) => Math.floor((part * items) / PIECES))
    const args = [first, end, start, columns, values, diagonal, ridge, most, weights]
    calls.push({
      kernel: "neighbourhoodRidge",
      args: [...args, scratch + piece * Math.ceil(room / 16) * 16],
    })
  }
  try {
    for (let round = 0; round < PIECES; round += 8) {
      context.checkCancelled()
      context.progress(0.2 + (0.7 * round) / PIECES)
      await crew.run(calls.slice(round, round + 8))
    }
  } finally {
    crew.close()
  }
  return strongest(transpose(byTarget(graph, memory.floats(weights, items * most), most)), prune)
}

/** Row j: the weights of other items for item j. */
function byTarget(graph: ItemGraph, weights: Float32Array, most: number): SparseRows {
  const { rows, width } = graph
  const start = new Int32Array(rows + 1)
  for (let item = 0; item < rows; item++)
    start[item + 1] = start[item] + Math.min(most, graph.start[item + 1] - graph.start[item])
  const columns = new Int32Array(start[rows])
  const values = new Float32Array(start[rows])
  for (let item = 0; item < rows; item++) {
    const size = start[item + 1] - start[item]
    columns.set(graph.columns.subarray(graph.start[item], graph.start[item] + size), start[item])
    values.set(weights.subarray(item * most, item * most + size), start[item])
  }
  return { rows, width, start, columns, values }
}

/** Each row's `prune` largest values of either sign. */
function strongest({ rows, width, start, columns, values }: SparseRows, prune: number): SparseRows {
  const top = new TopK(Math.min(prune, width))
  const kept = new Int32Array(rows + 1)
  let held = 0
  for (let row = 0; row < rows; row++) {
    const [from, end] = [start[row], start[row + 1]]
    for (let at = from; at < end; at++) if (values[at] !== 0) top.offer(at, Math.abs(values[at]))
    for (const at of top.drain().numbers.sort()) {
      columns[held] = columns[at]
      values[held++] = values[at]
    }
    kept[row + 1] = held
  }
  return { rows, width, start: kept, columns: columns.slice(0, held), values: values.slice(0, held) }
}
