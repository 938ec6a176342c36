const BETA1 = 0.9
const BETA2 = 0.999
const EPSILON = 1e-8

/**
 * Adam (Kingma & Ba 2015) with decoupled weight decay, in place. Rows of a table that had no gradient are left
 * alone, their moments included ("lazy" Adam), so that a step costs what the rows of the batch cost.
 * Memory: twice the weights.
 */
export class Adam {
  private readonly first: Float32Array
  private readonly second: Float32Array
  private step = 0

  constructor(
    private readonly weights: Float32Array,
    private readonly decay = 0
  ) {
    this.first = new Float32Array(weights.length)
    this.second = new Float32Array(weights.length)
  }

  /**
   * @param gradient of `rows` × `width` numbers, or of all weights when no rows are given
   * @param rows distinct
   */
  update(gradient: Float32Array, rate: number, rows?: Int32Array): void {
    this.step++
    const scale = (rate * Math.sqrt(1 - BETA2 ** this.step)) / (1 - BETA1 ** this.step)
    const shrink = 1 - rate * this.decay
    const { weights, first, second } = this
    const count = rows ? rows.length : 1
    const width = gradient.length / count
    for (let row = 0; row < count; row++) {
      let to = (rows ? rows[row] : row) * width
      for (let from = row * width; from < (row + 1) * width; from++, to++) {
        const g = gradient[from]
        const m = (first[to] = BETA1 * first[to] + (1 - BETA1) * g)
        const v = (second[to] = BETA2 * second[to] + (1 - BETA2) * g * g)
        weights[to] = shrink * weights[to] - (scale * m) / (Math.sqrt(v) + EPSILON)
      }
    }
  }
}
