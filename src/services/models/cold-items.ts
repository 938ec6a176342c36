import { z } from "zod"
import { applyRidge, observe, ridgeSystem, solveRidge, type Artifact, type Scored } from "../lib"
import type { Product } from "../features"
import { Content } from "./content"
import { Ials } from "./ials"
import { ItemTable } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric } from "./options"
import type { GivenVectors } from "./product-embedder.port"
import type { TrainingData } from "./training-data"

const optionsSchema = z.strictObject({
  /** Length of the content vectors that factors are foretold from. */
  dimensions: numeric().int().min(2).max(512).default(128),
  /** Interactions with which a learned factor counts as much as the foretold one. */
  trust: numeric().positive().default(5),
  /** Options of the factors: those of `ials`. */
  ials: z.record(z.string(), z.unknown()).default({}),
})

/** Penalties tried, the one that foretells the factors of held-out items best is kept. */
const PENALTIES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]
/** Every so many items is held out for that. */
const HELD_OUT = 5

/**
 * iALS whose items without (or with few) interactions have the factors that their content foretells: a ridge regression
 * from content vectors to the learned factors, in which well-known items count more (attribute-to-feature mapping, Gantner
 * et al. 2010). An item's factor is (n·learned + trust·foretold)/(n + trust) of n interactions, so products of the
 * catalogue stand among the others from their first day on, and their own shoppers take over.
 * Holds what Ials and Content hold: about 4 × (factors + dimensions) bytes an item and 30 MB at a fit.
 */
export class ColdItems implements Model {
  readonly name = "cold-items"
  private readonly options: z.output<typeof optionsSchema>
  private readonly content: Content
  private readonly ials: Ials
  /** (dimensions + 1) × factors */
  private map: Float32Array = new Float32Array(0)

  constructor(options?: Record<string, unknown>) {
    this.options = modelOptions("cold-items", optionsSchema, options)
    this.content = new Content({ dimensions: this.options.dimensions })
    this.ials = new Ials(this.options.ials)
  }

  async fit(data: TrainingData, context: FitContext): Promise<void> {
    const part = (from: number, to: number): FitContext => ({
      ...context,
      progress: (share) => context.progress(from + (to - from) * share),
    })
    this.content.fit(data, part(0, 0.3))
    await this.ials.fit(data, part(0.3, 0.95))
    const counts = countsOf(data)
    this.map = this.learnMap(counts)
    const { ids, dimension, values } = this.ials.itemFactors()
    const all = new ItemTable([...ids])
    for (const { id } of data.products) all.add(id)
    const factors = new Float32Array(all.size * dimension)
    factors.set(values)
    all.ids.forEach((id, item) => {
      const foretold = this.factorOf(this.content.vectorOf(id))
      if (!foretold) return
      const own = counts[item] ?? 0
      const share = own / (own + this.options.trust)
      for (let f = 0, at = item * dimension; f < dimension; f++)
        factors[at + f] = share * factors[at + f] + (1 - share) * foretold[f]
    })
    this.setFactors(all, factors)
    context.progress(1)
  }

  recommend(query: ModelQuery, k: number): Scored[] {
    return this.ials.recommend(query, k)
  }

  score(query: ModelQuery, ids: readonly string[]): Float64Array {
    return this.ials.score(query, ids)
  }

  /** Factors of all items, those without interactions among them. */
  itemFactors(): ReturnType<Ials["itemFactors"]> {
    return this.ials.itemFactors()
  }

  /**
   * Makes products known that came after the training; what the model knows already stays as it is. Moves all factors,
   * so give it many at a time: 4 × factors bytes an item.
   */
  addProducts(products: readonly { product: Product; given?: GivenVectors }[]): void {
    const { ids, dimension, values } = this.ials.itemFactors()
    const all = new ItemTable(ids)
    const added: Float32Array[] = []
    for (const { product, given } of products) {
      if (all.numberOf(product.id) >= 0) continue
      const foretold = this.factorOf(this.content.embed(product, given))
      if (!foretold) continue
      all.add(product.id)
      added.push(foretold)
    }
    if (added.length === 0) return
    const factors = new Float32Array(all.size * dimension)
    factors.set(values)
    added.forEach((factor, i) => factors.set(factor, values.length + i * dimension))
    this.setFactors(all, factors)
  }

  save(): Artifact {
    const ials = this.ials.save()
    const content = this.content.save()
    return {
      meta: { ials: ials.meta, content: content.meta },
      arrays: { map: this.map, ...prefixed("ials.", ials.arrays), ...prefixed("content.", content.arrays) },
    }
  }

  load({ meta, arrays }: Artifact): void {
    this.map = arrays.map as Float32Array
    this.ials.load({ meta: meta.ials as Artifact["meta"], arrays: without("ials.", arrays) })
    this.content.load({ meta: meta.content as Artifact["meta"], arrays: without("content.", arrays) })
  }

  /** Undefined where content says nothing, or nothing was learned. */
  private factorOf(vector: Float32Array | undefined): Float32Array | undefined {
    if (this.map.length === 0 || !vector?.some((value) => value !== 0)) return undefined
    return applyRidge(this.map, vector)
  }

  private learnMap(counts: Int32Array): Float32Array {
    const { ids, dimension, values } = this.ials.itemFactors()
    const rows: { x: Float32Array; y: Float32Array; weight: number }[] = []
    ids.forEach((id, item) => {
      const x = this.content.vectorOf(id)
      if (!x?.some((value) => value !== 0) || counts[item] === 0) return
      const y = values.subarray(item * dimension, (item + 1) * dimension)
      rows.push({ x, y, weight: counts[item] / (counts[item] + this.options.trust) })
    })
    if (rows.length === 0) return new Float32Array(0)
    const [part, whole] = [0, 1].map(() => ridgeSystem(this.content.dimensions, dimension))
    rows.forEach(({ x, y, weight }, i) => {
      observe(whole, x, y, weight)
      if (i % HELD_OUT !== 0) observe(part, x, y, weight)
    })
    let best = { penalty: PENALTIES[PENALTIES.length - 1], error: Infinity }
    for (const penalty of PENALTIES) {
      const map = solveRidge(part, penalty)
      let error = 0
      for (let i = 0; i < rows.length; i += HELD_OUT) {
        const { x, y, weight } = rows[i]
        applyRidge(map, x).forEach((value, f) => (error += weight * (value - y[f]) ** 2))
      }
      if (error < best.error) best = { penalty, error }
    }
    return Float32Array.from(solveRidge(whole, best.penalty))
  }

  private setFactors(items: ItemTable, factors: Float32Array): void {
    const { meta, arrays } = this.ials.save()
    this.ials.load({ meta, arrays: { ...arrays, items: items.pack(), factors } })
  }
}

/** Interactions of each item. */
function countsOf({ interactions }: TrainingData): Int32Array {
  const counts = new Int32Array(interactions.itemIds.length)
  for (const item of interactions.item) counts[item]++
  return counts
}

function prefixed(prefix: string, arrays: Artifact["arrays"]): Artifact["arrays"] {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [prefix + name, array]))
}

function without(prefix: string, arrays: Artifact["arrays"]): Artifact["arrays"] {
  const own = Object.entries(arrays).filter(([name]) => name.startsWith(prefix))
  return Object.fromEntries(own.map(([name, array]) => [name.slice(prefix.length), array]))
}

export const coldItems: ModelDefinition = {
  name: "cold-items",
  create: (options) => new ColdItems(options),
}
