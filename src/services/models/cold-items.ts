import { z } from "zod"
import type { Artifact, Scored } from "../lib"
import { ColdMap } from "./cold-map"
import { Content } from "./content"
import { Ials } from "./ials"
import { ItemTable } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric } from "./options"
import type { GivenProduct, ProductForeteller } from "./product-embedder.port"
import type { TrainingData } from "./training-data"

const optionsSchema = z.strictObject({
  /** Length of the content vectors that factors are foretold from. */
  dimensions: numeric().int().multipleOf(8).min(8).max(512).default(256),
  /** Interactions with which a learned factor counts as much as the foretold one. */
  trust: numeric().positive().default(5),
  /** Options of the factors: those of `ials`. */
  ials: z.record(z.string(), z.unknown()).default({}),
})

/**
 * iALS whose items without (or with few) interactions have the factors that their content foretells (ColdMap). An item's
 * factor is (n·learned + trust·foretold)/(n + trust) of n interactions, so products of the catalogue stand among the others
 * from their first day on, and their own shoppers take over.
 * Holds what Ials, Content and ColdMap hold: about 8 × (factors + dimensions) bytes an item, and 60 MB at a fit.
 */
export class ColdItems implements Model, ProductForeteller {
  readonly name = "cold-items"
  private readonly options: z.output<typeof optionsSchema>
  private readonly content: Content
  private readonly ials: Ials
  private map = new ColdMap()

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
    const { ids, dimension, values } = this.ials.itemFactors()
    const { trust } = this.options
    this.map.fit({
      vectors: ids.map((id) => this.content.vectorOf(id)),
      factors: values,
      weights: Float32Array.from(ids, (_, item) => counts[item] / (counts[item] + trust)),
      width: this.content.dimensions,
      outputs: dimension,
    })
    const all = new ItemTable([...ids])
    for (const { id } of data.products) all.add(id)
    const factors = new Float32Array(all.size * dimension)
    factors.set(values)
    all.ids.forEach((id, item) => {
      if ((item & 255) === 0) context.checkCancelled()
      const foretold = this.map.foretell(this.content.vectorOf(id), item)
      if (!foretold) return
      const own = counts[item] ?? 0
      const share = own / (own + trust)
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
  addProducts(products: readonly GivenProduct[]): void {
    const { ids, dimension, values } = this.ials.itemFactors()
    const all = new ItemTable(ids)
    const added: Float32Array[] = []
    for (const { product, given } of products) {
      if (all.numberOf(product.id) >= 0) continue
      const foretold = this.map.foretell(this.content.embed(product, given))
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
      arrays: {
        ...prefixed("map.", this.map.save()),
        ...prefixed("ials.", ials.arrays),
        ...prefixed("content.", content.arrays),
      },
    }
  }

  load({ meta, arrays }: Artifact): void {
    this.map = new ColdMap()
    this.map.load(without("map.", arrays))
    this.ials.load({ meta: meta.ials as Artifact["meta"], arrays: without("ials.", arrays) })
    this.content.load({ meta: meta.content as Artifact["meta"], arrays: without("content.", arrays) })
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
