import { KernelMemory, type TopK } from "../lib"

/** Most items that a fold-in looks at. */
export const MAX_FOLDED = 512

/**
 * Factors in the kernels' memory, ready to fold shoppers in and to rank all rows for them.
 * `dimension` is a multiple of 8. Memory: 4·dimension bytes per row.
 */
export class FactorScorer {
  private readonly memory = new KernelMemory()
  private readonly rows: number
  private readonly at: {
    factors: number
    gram: number
    start: number
    columns: number
    weights: number
    ridge: number
    query: number
    scratch: number
    scores: number
  }

  constructor(
    factors: Float32Array,
    private readonly dimension: number,
    gram: Float32Array
  ) {
    const { memory } = this
    this.rows = factors.length / dimension
    this.at = {
      factors: memory.place(factors),
      gram: memory.place(gram),
      start: memory.reserve(8),
      columns: memory.reserve(MAX_FOLDED * 4),
      weights: memory.reserve(MAX_FOLDED * 4),
      ridge: memory.reserve(4),
      query: memory.reserve(dimension * 4),
      scratch: memory.reserve(3 * dimension * 4),
      scores: memory.reserve(this.rows * 4),
    }
  }

  /** The factor of somebody who took these rows with these weights: (gram + ridge + Σ w·y·yᵀ)⁻¹ · Σ w·y. */
  foldIn(rows: readonly number[], weights: readonly number[], ridge: number, steps: number): Float32Array {
    const { at, memory, dimension } = this
    const folded = Math.min(rows.length, MAX_FOLDED)
    memory.ints(at.start, 2)[1] = folded
    memory.ints(at.columns, folded).set(rows.slice(-folded))
    memory.floats(at.weights, folded).set(weights.slice(-folded))
    memory.floats(at.ridge, 1)[0] = ridge
    const query = memory.floats(at.query, dimension)
    query.fill(0)
    memory.kernels.conjugateGradient(
      ...([
        0,
        1,
        at.start,
        at.columns,
        at.weights,
        at.factors,
        at.gram,
        at.ridge,
        at.query,
        dimension,
      ] as const),
      steps,
      at.scratch
    )
    return query.slice()
  }

  /** Offers the rows' products with a factor, but for one row (−1: none). */
  rank(factor: Float32Array, top: TopK, without: number): void {
    const { at, memory, dimension, rows } = this
    memory.floats(at.query, dimension).set(factor)
    memory.kernels.scoreRows(at.factors, rows, dimension, at.query, at.scores)
    const scores = memory.floats(at.scores, rows)
    for (let row = 0; row < rows; row++) if (row !== without) top.offer(row, scores[row])
  }
}
