import type { Random } from "../lib"

/** Cells that the range of all distributions is cut into. */
const CELLS = 256
/** Standard deviations on both sides that the range covers. */
const REACH = 6

/**
 * Beta distributions on one grid, constant within a cell, so that what is drawn and what the chances are computed from
 * is the same. Holds distributions × CELLS numbers.
 */
export class BetaGrid {
  private readonly low: number
  private readonly width: number
  /** Chance of each cell, row by distribution. */
  private readonly cells: Float64Array
  /** Chance of a value above the middle of each cell. */
  private readonly above: Float64Array

  /** @param betas their parameters, 1 or more */
  constructor(private readonly betas: readonly { a: number; b: number }[]) {
    const reaches = betas.map(({ a, b }) => {
      const mean = a / (a + b)
      const reach = REACH * Math.sqrt((mean * (1 - mean)) / (a + b + 1))
      return [Math.max(0, mean - reach), Math.min(1, mean + reach)]
    })
    this.low = Math.min(...reaches.map(([from]) => from))
    this.width = (Math.max(...reaches.map(([, to]) => to)) - this.low) / CELLS
    this.cells = new Float64Array(betas.length * CELLS)
    this.above = new Float64Array(betas.length * CELLS)
    for (let of = 0; of < betas.length; of++) this.fill(of)
  }

  /** A value of distribution `of`. */
  draw(of: number, random: Random): number {
    const cell = random.weighted(this.cells.subarray(of * CELLS, (of + 1) * CELLS))
    return this.low + (cell + random.next()) * this.width
  }

  /**
   * Chance that exactly `place` others exceed what is drawn of distribution `of`, all drawn once: 0 = it is the greatest.
   * O(distributions · CELLS · place).
   */
  chanceOfPlace(of: number, place: number): number {
    let sum = 0
    for (let cell = 0; cell < CELLS; cell++) {
      const chance = this.cells[of * CELLS + cell]
      if (chance > 0) sum += chance * this.exceededBy(place, of, cell)
    }
    return sum
  }

  /** Chance that exactly `count` of the others lie above a cell's middle: a Poisson binomial, built one by one. */
  private exceededBy(count: number, of: number, cell: number): number {
    const ways = new Float64Array(count + 1)
    ways[0] = 1
    for (let other = 0; other < this.betas.length; other++) {
      if (other === of) continue
      const above = this.above[other * CELLS + cell]
      for (let n = count; n > 0; n--) ways[n] = ways[n] * (1 - above) + ways[n - 1] * above
      ways[0] *= 1 - above
    }
    return ways[count]
  }

  private fill(of: number): void {
    const { a, b } = this.betas[of]
    const at = of * CELLS
    const logs = new Float64Array(CELLS)
    for (let cell = 0; cell < CELLS; cell++) {
      const x = this.low + (cell + 0.5) * this.width
      logs[cell] = (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x)
    }
    const most = logs.reduce((top, one) => Math.max(top, one), -Infinity)
    let total = 0
    for (let cell = 0; cell < CELLS; cell++) total += this.cells[at + cell] = Math.exp(logs[cell] - most)
    let above = 1
    for (let cell = 0; cell < CELLS; cell++) {
      const chance = (this.cells[at + cell] /= total)
      this.above[at + cell] = above - chance / 2
      above -= chance
    }
  }
}
