import { z } from "zod"
import { Random, TopK, type Artifact, type Scored, type SparseRows } from "../lib"
import { FactorScorer } from "./factor-scorer"
import { IalsSolver } from "./ials-solver"
import { interactionMatrix, transpose } from "./interaction-matrix"
import { ItemTable } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric, recommendLast } from "./options"
import { queryItems } from "./query-items"
import { mayRecommendLast } from "./repeats"
import type { TrainingData } from "./training-data"

const optionsSchema = z.strictObject({
  /** Length of a factor; rounded up to a multiple of 8. */
  factors: numeric().int().min(8).max(512).default(64),
  iterations: numeric().int().min(1).default(12),
  /** Steps of conjugate gradient per row and iteration. */
  steps: numeric().int().min(1).default(3),
  /**
   * Weight of all that was not taken, together, over that of all that was: so it means the same in catalogues of any
   * size. Rendle's α₀ is this times the share of pairs that are taken.
   */
  unobservedWeight: numeric().positive().default(20),
  /** Ridge of a row of mean weight, as a share of that weight: Rendle's λ, made independent of the data's size. */
  regularization: numeric().positive().default(0.12),
  /** How much stronger frequent shoppers and items are held back: 1 by their frequency, 0 all alike (Rendle: ν). */
  frequencyScaling: numeric().min(0).max(2).default(1),
  /** Weight of a view, a cart, a purchase, to each other. */
  kindWeights: z.array(numeric().min(0)).length(3).default([1, 3, 5]),
  /** How much a repeated event adds to an item's weight, times the logarithm of how often it came. */
  repeatWeight: numeric().min(0).default(1),
  /** Newest items of a shopper that count. */
  maxItems: numeric().int().min(1).default(512),
  /** The n-th newest item of a query weighs n^−fading. 0: all alike. */
  fading: numeric().min(0).default(0.5),
  recommendLast: recommendLast(),
})

/** Steps that solve a fold-in to the accuracy of 32-bit floats. */
const FOLD_IN_STEPS = 32

/**
 * Matrix factorisation of implicit feedback by alternating least squares (Hu, Koren & Volinsky 2008), with the
 * unobserved weight and frequency-scaled regularisation of Rendle et al., "Revisiting the performance of iALS on item
 * recommendation benchmarks" (RecSys 2022), solved by conjugate gradient (Takács, Pilászy & Tikk 2011). A row is a
 * shopper, else a session; in `recommend` the shopper is folded in from what the query names.
 * Memory of a fit: 40 bytes per interaction and 4·factors per shopper and item; the model keeps 4·factors per item.
 */
export class Ials implements Model {
  readonly name = "ials"
  private readonly options: z.output<typeof optionsSchema>
  private dimension: number
  items = new ItemTable([])
  private factors: Float32Array = new Float32Array(0)
  /** Gram matrices times the unobserved weight: of the items, to fold in shoppers; of the shoppers, to fold in items. */
  private itemGram: Float32Array = new Float32Array(0)
  private shopperGram: Float32Array = new Float32Array(0)
  /** Mean weights of a shopper's and of an item's interactions. */
  private mean = { shopper: 0, item: 0 }
  private keepLast = false
  private scorer: FactorScorer | undefined

  constructor(options?: Record<string, unknown>) {
    this.options = modelOptions("ials", optionsSchema, options)
    this.dimension = Math.ceil(this.options.factors / 8) * 8
  }

  async fit({ interactions }: TrainingData, context: FitContext): Promise<void> {
    const { iterations, steps, unobservedWeight } = this.options
    const { dimension } = this
    context.checkCancelled()
    this.items = new ItemTable(interactions.itemIds)
    this.keepLast = mayRecommendLast(this.options.recommendLast, interactions)
    const byUser = meanOne(interactionMatrix(interactions, { ...this.options, rows: "shopper" }))
    const { rows: shoppers, width, values } = byUser
    this.mean = { shopper: values.length / Math.max(1, shoppers), item: values.length / Math.max(1, width) }
    const solver = new IalsSolver(
      dimension,
      (unobservedWeight * values.length) / Math.max(1, shoppers * width),
      {
        users: { matrix: byUser, ridgeOf: (weight) => this.ridge("shopper", weight) },
        items: { matrix: transpose(byUser), ridgeOf: (weight) => this.ridge("item", weight) },
      }
    )
    const random = new Random(context.seed)
    const begin = solver.factors(solver.items)
    for (let i = 0; i < begin.length; i++) begin[i] = (0.1 * random.normal()) / Math.sqrt(dimension)
    const rows = shoppers + width
    const operations =
      iterations * (steps + 1) * (2 * rows * dimension ** 2 + 8 * byUser.columns.length * dimension)
    const crew = await solver.memory.crew(context.parallel, operations)
    try {
      for (let iteration = 0; iteration < iterations; iteration++) {
        context.checkCancelled()
        context.progress(iteration / iterations)
        await solver.sweep(solver.users, solver.items, steps, crew)
        context.checkCancelled()
        await solver.sweep(solver.items, solver.users, steps, crew)
      }
      this.itemGram = await solver.gram(solver.items, crew)
      this.shopperGram = await solver.gram(solver.users, crew)
    } finally {
      crew.close()
    }
    this.factors = solver.factors(solver.items).slice()
    this.scorer = undefined
    context.progress(1)
  }

  recommend(query: ModelQuery, k: number): Scored[] {
    const { numbers } = this.asked(query)
    const factor = this.shopperFactor(query)
    if (!factor) return []
    const last = this.keepLast ? -1 : numbers[numbers.length - 1]
    const top = new TopK(Math.min(k, this.items.size))
    this.ready().rank(factor, top, last)
    return this.items.scored(top)
  }

  score(query: ModelQuery, ids: readonly string[]): Float64Array {
    const { numbers } = this.asked(query)
    const factor = this.shopperFactor(query)
    const last = this.keepLast ? -1 : numbers[numbers.length - 1]
    return Float64Array.from(ids, (id) => {
      const number = this.items.numberOf(id)
      if (!factor || number < 0 || number === last) return 0
      let sum = 0
      for (let i = 0, at = number * this.dimension; i < this.dimension; i++)
        sum += factor[i] * this.factors[at + i]
      return sum
    })
  }

  /** Factors of all items, row by row, for a vector index or to learn a map from content to them. */
  itemFactors(): { ids: readonly string[]; dimension: number; values: Float32Array } {
    return { ids: this.items.ids, dimension: this.dimension, values: this.factors }
  }

  /** The factor of a shopper known by a query only; undefined when the query names no item that the model knows. */
  shopperFactor(query: ModelQuery): Float32Array | undefined {
    const { numbers, weights } = this.asked(query)
    if (numbers.length === 0) return undefined
    const weight = weights.reduce((sum, each) => sum + each, 0)
    const ridge = this.ridge("shopper", weight)
    return this.ready().foldIn(numbers, weights, ridge, FOLD_IN_STEPS)
  }

  /**
   * The factor of a new item from the first shoppers who took it, each known by a query; undefined when the model
   * knows none of them. Comparable with `itemFactors`.
   */
  foldInItem(shoppers: readonly ModelQuery[]): Float32Array | undefined {
    const known = shoppers.map((query) => this.shopperFactor(query)).filter((factor) => factor !== undefined)
    if (known.length === 0) return undefined
    const rows = new Float32Array(known.length * this.dimension)
    known.forEach((factor, i) => rows.set(factor, i * this.dimension))
    const scorer = new FactorScorer(rows, this.dimension, this.shopperGram)
    const ridge = this.ridge("item", known.length)
    return scorer.foldIn(
      [...known.keys()],
      known.map(() => 1),
      ridge,
      FOLD_IN_STEPS
    )
  }

  save(): Artifact {
    const { itemGram, shopperGram, factors, mean, keepLast, dimension } = this
    return {
      meta: { mean, keepLast, dimension },
      arrays: { items: this.items.pack(), factors, itemGram, shopperGram },
    }
  }

  load({ meta, arrays }: Artifact): void {
    this.keepLast = meta.keepLast === true
    this.mean = meta.mean as { shopper: number; item: number }
    this.dimension = Number(meta.dimension)
    this.items = ItemTable.unpack(arrays.items)
    this.factors = arrays.factors as Float32Array
    this.itemGram = arrays.itemGram as Float32Array
    this.shopperGram = arrays.shopperGram as Float32Array
    this.scorer = undefined
  }

  private asked(query: ModelQuery) {
    return queryItems(this.items, query, this.options.maxItems, this.options.fading)
  }

  /** λ·(weight + α₀·others)^ν, with λ such that a row of mean weight gets the share of it that was asked for. */
  private ridge(side: "shopper" | "item", weight: number): number {
    const { regularization, unobservedWeight, frequencyScaling } = this.options
    const mean = this.mean[side]
    return (
      regularization *
      mean *
      ((weight / mean + unobservedWeight) / (1 + unobservedWeight)) ** frequencyScaling
    )
  }

  private ready(): FactorScorer {
    this.scorer ??= new FactorScorer(this.factors, this.dimension, this.itemGram)
    return this.scorer
  }
}

/** Scales the weights to a mean of 1, so that the unobserved weight means the same in a shop of views and one of orders. */
function meanOne(matrix: SparseRows): SparseRows {
  const mean = matrix.values.reduce((sum, value) => sum + value, 0) / matrix.values.length
  return { ...matrix, values: matrix.values.map((value) => value / mean) }
}

export const ials: ModelDefinition = {
  name: "ials",
  search: {
    unobservedWeight: { from: 0.01, to: 1, log: true },
    regularization: { from: 1e-4, to: 0.1, log: true },
    fading: { from: 0, to: 2 },
  },
  create: (options) => new Ials(options),
}
