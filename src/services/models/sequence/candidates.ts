import type { Random } from "../../lib"

/**
 * Draws the items that the true ones of a batch are told apart from: all items when they are few, else those of the
 * batch and others in proportion to occurrences^power, without repeats. The softmax over a sample is corrected by
 * −log of each item's chance to be in it ("logQ": Bengio & Senécal 2008, Yi et al. 2019).
 */
export class CandidateSampler {
  readonly size: number
  /** −log of the chance to be a candidate, by item. */
  private readonly correction: Float32Array
  private readonly cumulative: Float64Array
  /** Place of an item among the batch's candidates, valid where `stamp` is the batch's number. */
  private readonly placeOf: Int32Array
  private readonly stamp: Int32Array
  private batch = 0

  /**
   * @param counts occurrences by item, all above 0
   * @param size candidates per batch
   * @param drawn items of a batch, repeats included
   */
  constructor(counts: ArrayLike<number>, size: number, drawn: number, power = 0.75) {
    const items = counts.length
    this.size = Math.min(size, items)
    this.placeOf = new Int32Array(items)
    this.stamp = new Int32Array(items)
    const total = sum(counts)
    const weights = Float64Array.from(counts, (count) => count ** power)
    const weight = sum(weights)
    const shares = Float64Array.from(counts, (count) => (drawn * count) / total)
    const others = Float64Array.from(weights, (value) => value / weight)
    this.cumulative = new Float64Array(items)
    others.reduce((before, share, item) => (this.cumulative[item] = before + share), 0)
    const draws = this.isFull ? 0 : expectedDraws(shares, others, this.size)
    this.correction = Float32Array.from(shares, (share, item) =>
      this.isFull ? 0 : -Math.log(-Math.expm1(-share - draws * others[item]))
    )
  }

  get isFull(): boolean {
    return this.size === this.placeOf.length
  }

  /**
   * Candidates that hold all of `own`, and the places of `own` among them.
   * @throws Error when `own` has more different items than there are candidates
   */
  draw(own: Int32Array, random: Random): { items: Int32Array; bias: Float32Array; places: Int32Array } {
    const { size, isFull, stamp, placeOf } = this
    if (isFull) return { items: Int32Array.from(stamp.keys()), bias: new Float32Array(size), places: own }
    const items = new Int32Array(size)
    let held = 0
    this.batch++
    const add = (item: number) => {
      if (stamp[item] === this.batch) return
      stamp[item] = this.batch
      placeOf[item] = held
      items[held++] = item
    }
    for (const item of own) add(item)
    if (held > size) throw new Error(`${held} different items in a batch, and room for ${size}`)
    while (held < size) add(this.pick(random.next()))
    return {
      items,
      bias: Float32Array.from(items, (item) => this.correction[item]),
      places: Int32Array.from(own, (item) => placeOf[item]),
    }
  }

  private pick(share: number): number {
    let [low, high] = [0, this.cumulative.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.cumulative[middle] <= share) low = middle + 1
      else high = middle
    }
    return low
  }
}

function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]
  return total
}

/** How many draws fill `size` places on average, the batch's own items counted in. By bisection. */
function expectedDraws(shares: Float64Array, others: Float64Array, size: number): number {
  let [low, high] = [0, 1]
  const filled = (draws: number) =>
    shares.reduce((found, share, item) => found - Math.expm1(-share - draws * others[item]), 0)
  while (filled(high) < size && high < 1e12) high *= 2
  for (let round = 0; round < 50; round++) {
    const middle = (low + high) / 2
    if (filled(middle) < size) low = middle
    else high = middle
  }
  return low
}
