import { Random } from "../../../src/services/lib"

export interface FactorizationMachineOptions {
  factors: number
  epochs: number
  learningRate: number
  /** Share of Adam's step by which factors are drawn to 0 (Loshchilov & Hutter 2019). */
  decay: number
}

/** What is learned: in the situation of `query` (features by number), `item` was liked. */
export interface Choice {
  query: Int32Array
  item: number
}

const BATCH = 64
const INITIAL = 0.05
const [MEAN, SQUARE, EPSILON] = [0.9, 0.999, 1e-8]

/**
 * Factorization machine (Rendle 2010) for ranking: the score of an item is its bias plus the product of the sums of
 * factors on both sides, query and item; products within a side are the same for all items or part of the bias.
 * Learned by the softmax over all items, none sampled, with Adam (Kingma & Ba 2015).
 */
export class FactorizationMachine {
  private readonly query: Table
  private readonly attribute: Table
  private readonly bias: Table
  /** Factors of all items, kept in step with `attribute`; item by item. */
  private readonly items: Float64Array
  private readonly biases: Float64Array

  /**
   * @param queryFeatures how many features a query may have
   * @param itemFeatures of each item its features by number, the first of them the item's own
   */
  constructor(
    queryFeatures: number,
    private readonly itemFeatures: readonly Int32Array[],
    private readonly options: FactorizationMachineOptions,
    seed: number
  ) {
    const random = new Random(seed)
    const attributes = 1 + itemFeatures.reduce((most, features) => Math.max(most, ...features), -1)
    this.query = new Table(queryFeatures, options.factors, random, INITIAL)
    this.attribute = new Table(attributes, options.factors, random, INITIAL)
    this.bias = new Table(attributes, 1, random, 0)
    this.items = new Float64Array(itemFeatures.length * options.factors)
    this.biases = new Float64Array(itemFeatures.length)
    this.addUp()
  }

  /** @param afterEpoch called with the epoch, counted from 1; true ends the fit */
  fit(choices: readonly Choice[], seed: number, afterEpoch: (epoch: number) => boolean = () => false): void {
    const random = new Random(seed)
    const order = choices.map((_, i) => i)
    for (let epoch = 1; epoch <= this.options.epochs; epoch++) {
      random.shuffle(order)
      for (let from = 0; from < order.length; from += BATCH) {
        this.step(order.slice(from, from + BATCH).map((i) => choices[i]))
      }
      if (afterEpoch(epoch)) return
    }
  }

  /** One score an item, into `scores`. */
  score(query: Int32Array, scores: Float64Array): void {
    const { factors } = this.options
    const asked = this.sumOf(query)
    for (let item = 0, at = 0; item < scores.length; item++) {
      let score = this.biases[item]
      for (let f = 0; f < factors; f++) score += asked[f] * this.items[at++]
      scores[item] = score
    }
  }

  private step(batch: readonly Choice[]): void {
    const { factors, learningRate, decay } = this.options
    const count = this.biases.length
    const itemSlope = new Float64Array(count * factors)
    const biasSlope = new Float64Array(count)
    const scores = new Float64Array(count)
    for (const { query, item } of batch) {
      this.score(query, scores)
      const asked = this.sumOf(query)
      softmax(scores)
      scores[item] -= 1
      const askedSlope = new Float64Array(factors)
      for (let i = 0, at = 0; i < count; i++) {
        const slope = scores[i] / batch.length
        biasSlope[i] += slope
        for (let f = 0; f < factors; f++, at++) {
          askedSlope[f] += slope * this.items[at]
          itemSlope[at] += slope * asked[f]
        }
      }
      for (const feature of query) this.query.add(feature, askedSlope, 0)
    }
    for (let item = 0; item < count; item++)
      for (const feature of this.itemFeatures[item]) {
        this.attribute.add(feature, itemSlope, item * factors)
        this.bias.add(feature, biasSlope, item)
      }
    for (const table of [this.query, this.attribute]) table.step(learningRate, decay)
    this.bias.step(learningRate, 0)
    this.addUp()
  }

  private sumOf(query: Int32Array): Float64Array {
    const { factors } = this.options
    const sum = new Float64Array(factors)
    for (const feature of query)
      for (let f = 0; f < factors; f++) sum[f] += this.query.values[feature * factors + f]
    return sum
  }

  private addUp(): void {
    const { factors } = this.options
    this.items.fill(0)
    this.biases.fill(0)
    this.itemFeatures.forEach((features, item) => {
      for (const feature of features) {
        this.biases[item] += this.bias.values[feature]
        for (let f = 0; f < factors; f++)
          this.items[item * factors + f] += this.attribute.values[feature * factors + f]
      }
    })
  }
}

/** Rows of weights with Adam's running means; only rows that were touched since the last step move. */
class Table {
  readonly values: Float64Array
  private readonly slope: Float64Array
  private readonly mean: Float64Array
  private readonly square: Float64Array
  private readonly steps: Int32Array
  private readonly touched = new Set<number>()

  constructor(
    rows: number,
    private readonly width: number,
    random: Random,
    spread: number
  ) {
    this.values = Float64Array.from({ length: rows * width }, () => spread * random.normal())
    this.slope = new Float64Array(rows * width)
    this.mean = new Float64Array(rows * width)
    this.square = new Float64Array(rows * width)
    this.steps = new Int32Array(rows)
  }

  add(row: number, slopes: Float64Array, from: number): void {
    this.touched.add(row)
    for (let f = 0; f < this.width; f++) this.slope[row * this.width + f] += slopes[from + f]
  }

  step(rate: number, decay: number): void {
    for (const row of this.touched) {
      const steps = ++this.steps[row]
      const [meanShare, squareShare] = [1 - MEAN ** steps, 1 - SQUARE ** steps]
      for (let at = row * this.width; at < (row + 1) * this.width; at++) {
        const slope = this.slope[at]
        this.mean[at] = MEAN * this.mean[at] + (1 - MEAN) * slope
        this.square[at] = SQUARE * this.square[at] + (1 - SQUARE) * slope * slope
        const length = this.mean[at] / meanShare / (Math.sqrt(this.square[at] / squareShare) + EPSILON)
        this.values[at] -= rate * (length + decay * this.values[at])
        this.slope[at] = 0
      }
    }
    this.touched.clear()
  }
}

/** In place. */
export function softmax(scores: Float64Array): void {
  let most = -Infinity
  for (const score of scores) if (score > most) most = score
  let total = 0
  for (let i = 0; i < scores.length; i++) total += scores[i] = Math.exp(scores[i] - most)
  for (let i = 0; i < scores.length; i++) scores[i] /= total
}
