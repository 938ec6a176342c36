import { z } from "zod"
import { groupRows, logLikelihoodRatio, TopK, type Artifact, type Scored } from "../lib"
import { ItemTable } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric } from "./options"
import type { TrainingData } from "./training-data"

const optionsSchema = z.strictObject({
  /** Orders that must hold both items. One is little, and counts little, but most pairs of a small shop have no more. */
  minSupport: numeric().int().min(1).default(1),
  /** How many times more often together than by chance; 1 = any more. */
  minLift: numeric().min(0).default(1),
  /**
   * A companion in n orders counts n/(n + this): what is in few orders goes together with whatever was in them, which are
   * often variants of one thing, and is the less a companion.
   */
  rareness: numeric().min(0).default(20),
  /** An item's companions count by its orders to the power of minus this, so that a frequent item does not outvote the others. */
  seedScaling: numeric().min(0).max(2).default(0.7),
  /** Companions kept per item. */
  neighbours: numeric().int().min(1).default(100),
  /** Orders with more distinct items than this are wholesale, not taste, and are left out of the pairs. */
  maxBasket: numeric().int().min(2).default(100),
  /** Seeds that are added up, from the last; a long history would cost time and add little. */
  maxSeeds: numeric().int().min(1).default(50),
})

/**
 * What is bought in one order: log-likelihood ratio (Dunning 1993), above a lift and a support. The ratio says how sure it
 * is that two things go together, which grows with the orders they are in; both ends are weighed for that.
 * Fit goes item by item and needs one counter per item beside 12 bytes per basket row; the model keeps at most
 * `neighbours` pairs (12 bytes) per item.
 */
class BoughtTogether implements Model {
  readonly name = "bought-together"
  private readonly options: z.output<typeof optionsSchema>
  items = new ItemTable([])
  private start: Int32Array = new Int32Array(1)
  private companion: Int32Array = new Int32Array(0)
  private ratio: Float64Array = new Float64Array(0)
  private scratch: Float64Array = new Float64Array(0)

  constructor(options?: Record<string, unknown>) {
    this.options = modelOptions("bought-together", optionsSchema, options)
  }

  fit({ interactions, baskets }: TrainingData, context: FitContext): void {
    const { minSupport, minLift, neighbours, maxBasket, rareness, seedScaling } = this.options
    this.items = new ItemTable(interactions.itemIds)
    const size = this.items.size
    const total = baskets.start.length - 1
    const basketOf = new Int32Array(baskets.item.length)
    for (let basket = 0; basket < total; basket++) {
      basketOf.fill(basket, baskets.start[basket], baskets.start[basket + 1])
    }
    const byItem = groupRows(baskets.item, size)
    const counts = new Int32Array(size)
    const support = (item: number) => byItem.start[item + 1] - byItem.start[item]
    const top = new TopK(Math.min(neighbours, size))
    const kept: { numbers: Int32Array; scores: Float64Array }[] = []
    this.start = new Int32Array(size + 1)
    for (let item = 0; item < size; item++) {
      if ((item & 255) === 0) {
        context.checkCancelled()
        context.progress(item / size)
      }
      const touched: number[] = []
      for (let at = byItem.start[item]; at < byItem.start[item + 1]; at++) {
        const basket = basketOf[byItem.rows[at]]
        const end = baskets.start[basket + 1]
        if (end - baskets.start[basket] > maxBasket) continue
        for (let row = baskets.start[basket]; row < end; row++) {
          const other = baskets.item[row]
          if (other === item) continue
          if (counts[other]++ === 0) touched.push(other)
        }
      }
      for (const other of touched) {
        const both = counts[other]
        counts[other] = 0
        const lift = (both * total) / (support(item) * support(other))
        if (both < minSupport || lift <= minLift) continue
        const ratio = logLikelihoodRatio(both, support(item), support(other), total)
        const common = support(other) / (support(other) + rareness)
        top.offer(other, (ratio * common) / support(item) ** seedScaling)
      }
      const best = top.drain()
      kept.push(best)
      this.start[item + 1] = this.start[item] + best.numbers.length
    }
    this.companion = new Int32Array(this.start[size])
    this.ratio = new Float64Array(this.start[size])
    kept.forEach(({ numbers, scores }, item) => {
      this.companion.set(numbers, this.start[item])
      this.ratio.set(scores, this.start[item])
    })
    this.scratch = new Float64Array(size)
    context.progress(1)
  }

  /** Companions of the seeds (else of the session, else of the history); the seeds themselves are left out. */
  recommend(query: ModelQuery, k: number): Scored[] {
    const source = [query.seeds, query.session, query.history].find((ids) => ids?.length) ?? []
    const seeds = new Set(this.items.known(source.slice(-this.options.maxSeeds)))
    const touched: number[] = []
    for (const seed of seeds) {
      for (let at = this.start[seed]; at < this.start[seed + 1]; at++) {
        const other = this.companion[at]
        if (this.scratch[other] === 0) touched.push(other)
        this.scratch[other] += this.ratio[at]
      }
    }
    const top = new TopK(Math.min(k, touched.length))
    for (const other of touched) {
      if (!seeds.has(other)) top.offer(other, this.scratch[other])
      this.scratch[other] = 0
    }
    return this.items.scored(top)
  }

  save(): Artifact {
    const { start, companion, ratio } = this
    return { meta: {}, arrays: { items: this.items.pack(), start, companion, ratio } }
  }

  load({ arrays }: Artifact): void {
    this.items = ItemTable.unpack(arrays.items)
    this.start = arrays.start as Int32Array
    this.companion = arrays.companion as Int32Array
    this.ratio = arrays.ratio as Float64Array
    this.scratch = new Float64Array(this.items.size)
  }
}

export const boughtTogether: ModelDefinition = {
  name: "bought-together",
  search: { minSupport: { from: 1, to: 6, whole: true }, minLift: { from: 0.5, to: 4 } },
  create: (options) => new BoughtTogether(options),
}
