import { z } from "zod"
import { KernelMemory, Random, TopK, type Artifact, type Scored } from "../lib"
import { PairwiseFoldIn } from "./bpr-fold-in"
import { FactorScorer } from "./factor-scorer"
import { interactionMatrix } from "./interaction-matrix"
import { ItemTable } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric, recommendLast } from "./options"
import { queryItems } from "./query-items"
import { mayRecommendLast } from "./repeats"
import type { TrainingData } from "./training-data"

const optionsSchema = z.strictObject({
  /** Length of a factor, the item's bias included; rounded up to a multiple of 8. */
  factors: numeric().int().min(8).max(512).default(64),
  /** Times that every interaction is drawn, on average. */
  epochs: numeric().int().min(1).default(40),
  learningRate: numeric().positive().default(0.05),
  regularization: numeric().min(0).default(0.02),
  /** Newest items of a shopper that count. */
  maxItems: numeric().int().min(1).default(512),
  /** The n-th newest item of a query weighs n^−fading. 0: all alike. */
  fading: numeric().min(0).default(0.5),
  recommendLast: recommendLast(),
})

/** Newest items of a query that count. */
const QUERY_ITEMS = 32

/** Weight of a view, a cart, a purchase: BPR knows only taken and not taken. */
const KIND_WEIGHTS = [1, 1, 1]

/**
 * Matrix factorisation that ranks what somebody took above what they did not, by stochastic gradient descent on drawn
 * pairs (Rendle et al., "BPR: Bayesian personalized ranking from implicit feedback", UAI 2009), with an item bias.
 * A row is a shopper, else a session; in `recommend` the shopper is folded in from what the query names.
 * One thread: its steps depend on each other.
 * Memory of a fit: 12 bytes per interaction and 4·factors per shopper and item; the model keeps 4·factors per item.
 */
class Bpr implements Model {
  readonly name = "bpr"
  private readonly options: z.output<typeof optionsSchema>
  private dimension: number
  items = new ItemTable([])
  private factors: Float32Array = new Float32Array(0)
  private keepLast = false
  private serving: { scorer: FactorScorer; foldIn: PairwiseFoldIn } | undefined

  constructor(options?: Record<string, unknown>) {
    this.options = modelOptions("bpr", optionsSchema, options)
    this.dimension = Math.ceil(this.options.factors / 8) * 8
  }

  fit({ interactions }: TrainingData, context: FitContext): void {
    const { epochs, learningRate, regularization, maxItems } = this.options
    const { dimension } = this
    context.checkCancelled()
    this.items = new ItemTable(interactions.itemIds)
    this.keepLast = mayRecommendLast(this.options.recommendLast, interactions)
    const { rows, width, start, columns } = interactionMatrix(interactions, {
      kindWeights: KIND_WEIGHTS,
      repeatWeight: 0,
      rows: "shopper",
      maxItems,
    })
    const owners = new Int32Array(columns.length)
    for (let row = 0; row < rows; row++) owners.fill(row, start[row], start[row + 1])
    const random = new Random(context.seed)
    const memory = new KernelMemory()
    const begin = (count: number, bias: number) => {
      const at = memory.reserve(count * dimension * 4)
      const floats = memory.floats(at, count * dimension)
      for (let i = 0; i < floats.length; i++)
        floats[i] = (i + 1) % dimension === 0 ? bias : (0.1 * random.normal()) / Math.sqrt(dimension)
      return at
    }
    const [x, y] = [begin(rows, 1), begin(width, 0)]
    const places = [start, columns, owners].map((array) => memory.place(array)) as [number, number, number]
    let state = 1 + random.int(0x7ffffffe)
    for (let epoch = 0; epoch < epochs; epoch++) {
      context.checkCancelled()
      context.progress(epoch / epochs)
      // Steps that shrink to nothing let the factors settle.
      const rate = learningRate * (1 - epoch / epochs)
      const { length } = columns
      state = memory.kernels.pairwiseSteps(
        ...[length, state, ...places, length, width, x, y, dimension, rate, regularization]
      )
    }
    this.factors = memory.floats(y, width * dimension).slice()
    this.serving = undefined
    context.progress(1)
  }

  recommend(query: ModelQuery, k: number): Scored[] {
    const { numbers, weights } = this.asked(query)
    if (numbers.length === 0) return []
    const top = new TopK(Math.min(k, this.items.size))
    const { foldIn, scorer } = this.ready()
    scorer.rank(foldIn.factor(numbers, weights), top, this.keepLast ? -1 : numbers[numbers.length - 1])
    return this.items.scored(top)
  }

  score(query: ModelQuery, ids: readonly string[]): Float64Array {
    const { numbers, weights } = this.asked(query)
    if (numbers.length === 0) return new Float64Array(ids.length)
    const { foldIn } = this.ready()
    const factor = foldIn.factor(numbers, weights)
    return Float64Array.from(ids, (id) => {
      const number = this.items.numberOf(id)
      if (number < 0 || (!this.keepLast && number === numbers[numbers.length - 1])) return 0
      return foldIn.product(factor, number)
    })
  }

  save(): Artifact {
    const { factors, keepLast, dimension } = this
    return { meta: { keepLast, dimension }, arrays: { items: this.items.pack(), factors } }
  }

  load({ meta, arrays }: Artifact): void {
    this.keepLast = meta.keepLast === true
    this.dimension = Number(meta.dimension)
    this.items = ItemTable.unpack(arrays.items)
    this.factors = arrays.factors as Float32Array
    this.serving = undefined
  }

  private asked(query: ModelQuery) {
    return queryItems(this.items, query, QUERY_ITEMS, this.options.fading)
  }

  private ready() {
    this.serving ??= {
      scorer: new FactorScorer(this.factors, this.dimension, new Float32Array(this.dimension ** 2)),
      foldIn: new PairwiseFoldIn(this.factors, this.dimension, this.options.regularization),
    }
    return this.serving
  }
}

export const bpr: ModelDefinition = { name: "bpr", create: (options) => new Bpr(options) }
