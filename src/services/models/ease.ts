import { z } from "zod"
import { KernelMemory, SymmetricMatrix, TopK, type Artifact, type Scored, type SparseRows } from "../lib"
import { interactionMatrix } from "./interaction-matrix"
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

/** Newest items of a query that count. */
const QUERY_ITEMS = 200

/**
 * EASEᴿ (Steck, "Embarrassingly shallow autoencoders for sparse data", WWW 2019): the item-item weights that best rebuild
 * every shopper's items from the others, in closed form. With P = (XᵀX + λ)⁻¹ the weight of i for j is −Pᵢⱼ/Pⱼⱼ.
 * Memory of a fit: 2·items² bytes (15,000 items: 450 MB); the model keeps `prune` weights of 8 bytes per item.
 */
class Ease implements Model {
  readonly name = "ease"
  private readonly options: z.output<typeof optionsSchema>
  private items = new ItemTable([])
  private start: Int32Array = new Int32Array(1)
  private target: Int32Array = new Int32Array(0)
  private weight: Float32Array = new Float32Array(0)
  private keepLast = false
  private scratch: Float64Array = new Float64Array(0)

  constructor(options?: Record<string, unknown>) {
    this.options = modelOptions("ease", optionsSchema, options)
  }

  async fit({ interactions }: TrainingData, context: FitContext): Promise<void> {
    const { maxRowItems, rows } = this.options
    context.checkCancelled()
    this.items = new ItemTable(interactions.itemIds)
    this.keepLast = mayRecommendLast(this.options.recommendLast, interactions)
    const taken = interactionMatrix(interactions, { ...this.options, rows, maxItems: maxRowItems })
    await this.fitWhole(taken, context)
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

  private async fitWhole({ rows, width, start, columns, values }: SparseRows, context: FitContext) {
    const memory = new KernelMemory()
    const matrix = new SymmetricMatrix(memory, width)
    for (let item = 0; item < width; item++) matrix.add(item, item, this.options.regularization)
    for (let row = 0; row < rows; row++) {
      if ((row & 4095) === 0) context.checkCancelled()
      for (let a = start[row]; a < start[row + 1]; a++)
        for (let b = start[row]; b <= a; b++) matrix.add(columns[a], columns[b], values[a] * values[b])
    }
    context.progress(0.1)
    const crew = await memory.crew(context.parallel, width ** 3)
    try {
      await matrix.invert(crew, (share) => {
        context.checkCancelled()
        context.progress(0.1 + 0.8 * share)
      })
    } finally {
      crew.close()
    }
    const diagonal = new Float64Array(width)
    matrix.forEachRow((row, inverse) => (diagonal[row] = inverse[row]))
    const kept = Math.min(this.options.prune, width)
    const top = new TopK(kept)
    this.start = new Int32Array(width + 1)
    const target = new Int32Array(width * kept)
    const weight = new Float32Array(width * kept)
    let held = 0
    matrix.forEachRow((row, inverse) => {
      for (let to = 0; to < width; to++) if (to !== row) top.offer(to, Math.abs(inverse[to] / diagonal[to]))
      for (const to of top.drain().numbers.sort()) {
        const value = -inverse[to] / diagonal[to]
        if (value === 0) continue
        target[held] = to
        weight[held++] = value
      }
      this.start[row + 1] = held
    })
    this.target = target.slice(0, held)
    this.weight = weight.slice(0, held)
  }
}

export const ease: ModelDefinition = { name: "ease", create: (options) => new Ease(options) }
