import { Random } from "../lib"

/** Items that stand for all that somebody did not take. */
const OTHERS = 32
const STEPS = 20

/**
 * Finds the factor of somebody new under BPR's loss, which is convex once the items stand still: descent along the
 * gradient over all pairs of what they took with the same drawn others, in steps by Barzilai & Borwein (1988). In a
 * factor of length `dimension` the last number is an item's bias, and 1 for a shopper.
 * Time: 40 · (items + 32) · dimension.
 */
export class PairwiseFoldIn {
  private readonly others: Int32Array

  constructor(
    private readonly factors: Float32Array,
    private readonly dimension: number,
    private readonly regularization: number
  ) {
    const rows = factors.length / dimension
    const random = new Random(1)
    this.others = Int32Array.from({ length: rows > 0 ? OTHERS : 0 }, () => random.int(rows))
  }

  /** The factor for rows taken with weights; at least one row. */
  factor(rows: readonly number[], weights: readonly number[]): Float32Array {
    const factor = new Float32Array(this.dimension)
    factor[this.dimension - 1] = 1
    let step = 1
    let before: Float64Array | undefined
    for (let round = 0; round < STEPS; round++) {
      const slope = this.slope(factor, rows, weights)
      if (before) {
        // The last move was `step` times the slope before; how much the slope changed over it tells the curvature.
        let moved = 0
        let bent = 0
        for (let i = 0; i < slope.length; i++) {
          moved += before[i] ** 2
          bent += before[i] * (before[i] - slope[i])
        }
        if (!(bent > 0)) break
        step *= moved / bent
      }
      for (let i = 0; i < slope.length; i++) factor[i] += step * slope[i]
      before = slope
    }
    return factor
  }

  product(factor: Float32Array, row: number): number {
    let sum = 0
    for (let i = 0, at = row * this.dimension; i < this.dimension; i++)
      sum += factor[i] * this.factors[at + i]
    return sum
  }

  /** Upward slope of the mean log-likelihood of the pairs, the bias left out. */
  private slope(factor: Float32Array, rows: readonly number[], weights: readonly number[]): Float64Array {
    const { dimension, others, factors, regularization } = this
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const slope = Float64Array.from({ length: dimension - 1 }, (_, i) => -regularization * factor[i])
    const pull = new Float64Array(others.length)
    const scores = Float64Array.from(others, (other) => this.product(factor, other))
    const add = (row: number, by: number) => {
      for (let i = 0, at = row * dimension; i < dimension - 1; i++) slope[i] += by * factors[at + i]
    }
    rows.forEach((row, n) => {
      const score = this.product(factor, row)
      let push = 0
      for (let j = 0; j < others.length; j++) {
        const wrong = weights[n] / (total * others.length * (1 + Math.exp(score - scores[j])))
        push += wrong
        pull[j] -= wrong
      }
      add(row, push)
    })
    others.forEach((row, j) => add(row, pull[j]))
    return slope
  }
}
