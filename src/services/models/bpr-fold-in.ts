import { Random } from "../lib"

/** Items that stand for all that somebody did not take. */
const OTHERS = 32
const STEPS = 20

/**
 * Finds the factor of somebody new under BPR's loss, which is convex once the items stand still: gradient descent over
 * all pairs of what they took with the same drawn others, in steps that its curvature bounds. In a factor of length
 * `dimension` the last number is an item's bias, and 1 for a shopper. Time: 20 · (items + 32) · dimension · 2.
 */
export class PairwiseFoldIn {
  private readonly others: Int32Array
  private readonly longest: number

  constructor(
    private readonly factors: Float32Array,
    private readonly dimension: number,
    private readonly regularization: number
  ) {
    const rows = factors.length / dimension
    const random = new Random(1)
    this.others = Int32Array.from({ length: rows > 0 ? OTHERS : 0 }, () => random.int(rows))
    this.longest = Math.sqrt(this.others.reduce((most, row) => Math.max(most, this.squared(row)), 0))
  }

  /** The factor for rows taken with weights; at least one row. */
  factor(rows: readonly number[], weights: readonly number[]): Float32Array {
    const { dimension, others, factors } = this
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const reach = this.longest + Math.sqrt(rows.reduce((most, row) => Math.max(most, this.squared(row)), 0))
    const step = 1 / (reach ** 2 / 4 + this.regularization)
    const factor = new Float32Array(dimension)
    factor[dimension - 1] = 1
    const gradient = new Float64Array(dimension)
    const pull = new Float64Array(others.length)
    const scores = new Float64Array(others.length)
    const add = (row: number, by: number) => {
      for (let i = 0, at = row * dimension; i < dimension - 1; i++) gradient[i] += by * factors[at + i]
    }
    for (let round = 0; round < STEPS; round++) {
      gradient.fill(0)
      pull.fill(0)
      for (let j = 0; j < others.length; j++) scores[j] = this.product(factor, others[j])
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
      for (let i = 0; i < dimension - 1; i++)
        factor[i] += step * (gradient[i] - this.regularization * factor[i])
    }
    return factor
  }

  product(factor: Float32Array, row: number): number {
    let sum = 0
    for (let i = 0, at = row * this.dimension; i < this.dimension; i++)
      sum += factor[i] * this.factors[at + i]
    return sum
  }

  /** Squared length without the bias. */
  private squared(row: number): number {
    let sum = 0
    for (let i = 0, at = row * this.dimension; i < this.dimension - 1; i++) sum += this.factors[at + i] ** 2
    return sum
  }
}
