import { z } from "zod"
import { TopK, type Artifact, type Scored } from "../lib"
import { neighbourhoodWeights, wholeWeights } from "./ease-weights"
import { interactionMatrix } from "./interaction-matrix"
import { itemGraph } from "./item-graph"
import { ItemTable } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric, recommendLast } from "./options"
import { queryItems } from "./query-items"
import { mayRecommendLast } from "./repeats"
import type { TrainingData } from "./training-data"

const optionsSchema = z.strictObject({
  regularization: numeric().positive().default(100),
  /** Weight of a view, a cart, a purchase. */
  kindWeights: z.array(numeric().min(0)).length(3).default([1, 1, 1]),
  /** How much a repeated event adds to an item's weight, times the logarithm of how often it came. */
  repeatWeight: numeric().min(0).default(0),
  /**
   * Items up to which all are solved at once (n³ operations: 6,000 items 15 s on one core); beyond it, each on its
   * neighbourhood, which did as well on sparse data of 12,000 items in a twentieth of the time.
   */
  maxItems: numeric().int().min(0).max(40_000).default(6_000),
  /** Neighbours of an item in a larger catalogue. */
  neighbours: numeric().int().min(8).max(512).default(128),
  /** Whose items belong together. */
  rows: z.enum(["shopper", "session"]).default("shopper"),
  /** Newest items of a shopper that count. */
  maxRowItems: numeric().int().min(1).default(500),
  /** Weights kept per item, the largest ones. */
  prune: numeric().int().min(1).default(200),
  /** The n-th newest item of a query weighs n^−fading. 0: all alike. */
  fading: numeric().min(0).default(0.5),
  recommendLast: recommendLast(),
})

/** Others that the graph keeps per item where the whole matrix is too large: 8 kB an item. */
const GRAPH_ITEMS = 1000
/** Newest items of a query that count. */
const QUERY_ITEMS = 200

/**
 * EASEᴿ (Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019): the item-item weights that best rebuild
 * every shopper's items from the others, in closed form. With P = (XᵀX + λ)⁻¹ the weight of i for j is −Pᵢⱼ/Pⱼⱼ.
 * Memory of a fit: 2·items² bytes where all are solved at once (6,000 items: 72 MB, 40,000: 3.2 GB), else 8 kB per item at
 * most; the model keeps `prune` weights of 8 bytes per item.
 */
class Ease implements Model {
  readonly name = "ease"
  private readonly options: z.output<typeof optionsSchema>
  items = new ItemTable([])
  private start: Int32Array = new Int32Array(1)
  private target: Int32Array = new Int32Array(0)
  private weight: Float32Array = new Float32Array(0)
  private keepLast = false
  private scratch: Float64Array = new Float64Array(0)

  constructor(options?: Record<string, unknown>) {
    this.options = modelOptions("ease", optionsSchema, options)
  }

  async fit({ interactions }: TrainingData, context: FitContext): Promise<void> {
    const { maxRowItems, rows, maxItems, regularization, neighbours, prune } = this.options
    context.checkCancelled()
    this.items = new ItemTable(interactions.itemIds)
    this.keepLast = mayRecommendLast(this.options.recommendLast, interactions)
    const taken = interactionMatrix(interactions, { ...this.options, rows, maxItems: maxRowItems })
    const whole = this.items.size <= maxItems
    const graph = itemGraph(taken, whole ? Infinity : GRAPH_ITEMS, () => context.checkCancelled())
    context.progress(0.2)
    const weights = whole
      ? await wholeWeights(graph, regularization, prune, context)
      : await neighbourhoodWeights(graph, regularization, neighbours, prune, context)
    this.start = weights.start
    this.target = weights.columns
    this.weight = weights.values
    this.scratch = new Float64Array(this.items.size)
    context.progress(1)
  }

  recommend(query: ModelQuery, k: number): Scored[] {
    const touched = this.addUp(query)
    const top = new TopK(Math.min(k, touched.length))
    for (const to of touched) {
      if (this.scratch[to] > 0) top.offer(to, this.scratch[to])
      this.scratch[to] = 0
    }
    return this.items.scored(top)
  }

  score(query: ModelQuery, ids: readonly string[]): Float64Array {
    const touched = this.addUp(query)
    const scores = Float64Array.from(ids, (id) => Math.max(0, this.scratch[this.items.numberOf(id)] ?? 0))
    for (const to of touched) this.scratch[to] = 0
    return scores
  }

  save(): Artifact {
    const { start, target, weight, keepLast } = this
    return { meta: { keepLast }, arrays: { items: this.items.pack(), start, target, weight } }
  }

  load({ meta, arrays }: Artifact): void {
    this.keepLast = meta.keepLast === true
    this.items = ItemTable.unpack(arrays.items)
    this.start = arrays.start as Int32Array
    this.target = arrays.target as Int32Array
    this.weight = arrays.weight as Float32Array
    this.scratch = new Float64Array(this.items.size)
  }

  /** Leaves the items' scores in `scratch` and returns which ones have one; whoever calls it clears them. */
  private addUp(query: ModelQuery): number[] {
    const { numbers, weights } = queryItems(this.items, query, QUERY_ITEMS, this.options.fading)
    const touched: number[] = []
    numbers.forEach((from, i) => {
      for (let at = this.start[from]; at < this.start[from + 1]; at++) {
        const to = this.target[at]
        if (this.scratch[to] === 0) touched.push(to)
        this.scratch[to] += weights[i] * this.weight[at]
      }
    })
    if (!this.keepLast && numbers.length > 0) this.scratch[numbers[numbers.length - 1]] = 0
    return touched
  }
}

export const ease: ModelDefinition = {
  name: "ease",
  search: { regularization: { from: 10, to: 3_000, log: true }, fading: { from: 0, to: 2 } },
  create: (options) => new Ease(options),
}
