import { z } from "zod"
import { Random, rightSingularVectors, TopK, type Artifact, type Scored, type SparseRows } from "../lib"
import type { Product } from "../features"
import { ItemTable } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric } from "./options"
import { productFeatures } from "./product-text"
import type { TextEmbedder } from "./text-embedder.port"
import type { TrainingData } from "./training-data"

const optionsSchema = z.strictObject({
  dimensions: numeric().int().min(2).max(512).default(64),
  /** Features kept: the commonest that at least two products share. */
  maxFeatures: numeric().int().min(16).default(32_768),
  /** Products the space is learned from; a larger catalogue is sampled by seed, and every product embedded. */
  maxProducts: numeric().int().min(16).default(20_000),
})

/**
 * Latent semantic analysis (Deerwester et al. 1990) of the store's own catalogue: tf-idf of words, character
 * n-grams, categories, tags and options, reduced by a truncated SVD. Needs no download and no language.
 * A new product is folded in by its words, without training.
 * Fit needs 8 × (maxProducts + maxFeatures) × (dimensions + 8) bytes at most (30 MB by default); the model keeps
 * 4 × dimensions bytes per feature and per product.
 */
export class TextLsa implements Model, TextEmbedder {
  readonly name = "text-lsa"
  private readonly options: z.output<typeof optionsSchema>
  /** Feature hash → its column. */
  private columns = new Map<number, number>()
  private hashes: Int32Array = new Int32Array(0)
  private idf: Float32Array = new Float32Array(0)
  /** columns × dimensions */
  private basis: Float32Array = new Float32Array(0)
  private items = new ItemTable([])
  /** items × dimensions, unit rows. */
  private vectors: Float32Array = new Float32Array(0)
  private size: number

  constructor(options?: Record<string, unknown>) {
    this.options = modelOptions("text-lsa", optionsSchema, options)
    this.size = this.options.dimensions
  }

  get dimensions(): number {
    return this.size
  }

  fit({ products }: TrainingData, context: FitContext): void {
    this.size = this.options.dimensions
    const sample = this.sample(products, context.seed)
    this.chooseFeatures(sample)
    context.progress(0.2)
    const matrix = this.matrix(sample)
    let step = 0
    const basis = rightSingularVectors(matrix, this.size, context.seed, () => {
      context.checkCancelled()
      context.progress(0.2 + 0.15 * step++)
    })
    this.basis = Float32Array.from(basis)
    this.items = new ItemTable(products.map(({ id }) => id))
    this.vectors = new Float32Array(products.length * this.size)
    products.forEach((product, row) => {
      if ((row & 1023) === 0) context.checkCancelled()
      this.vectors.set(this.embed(product), row * this.size)
    })
    context.progress(1)
  }

  /** A unit vector, or zeros when the product shares no word with the catalogue that was learned. */
  embed(product: Product): Float32Array {
    const vector = new Float32Array(this.size)
    for (const [column, value] of this.weigh(product)) {
      const from = column * this.size
      for (let d = 0; d < this.size; d++) vector[d] += value * this.basis[from + d]
    }
    const norm = norm2(vector)
    if (norm <= 1e-6) return vector.fill(0)
    for (let d = 0; d < this.size; d++) vector[d] /= norm
    return vector
  }

  /** Products nearest to the mean of the seeds (else of the session's last five), by cosine. */
  recommend(query: ModelQuery, k: number): Scored[] {
    const asked = this.centreOf(query)
    if (!asked) return []
    const top = new TopK(Math.min(k, this.items.size))
    for (let item = 0; item < this.items.size; item++) {
      if (asked.seeds.has(item)) continue
      const cosine = this.dot(asked.centre, item)
      if (cosine > 0) top.offer(item, cosine)
    }
    return this.items.scored(top)
  }

  score(query: ModelQuery, ids: readonly string[]): Float64Array {
    const asked = this.centreOf(query)
    return Float64Array.from(ids, (id) => {
      const item = this.items.numberOf(id)
      if (!asked || item < 0 || asked.seeds.has(item)) return 0
      return Math.max(0, this.dot(asked.centre, item))
    })
  }

  save(): Artifact {
    const { hashes, idf, basis, vectors } = this
    return {
      meta: { dimensions: this.size },
      arrays: { hashes, idf, basis, items: this.items.pack(), vectors },
    }
  }

  load({ meta, arrays }: Artifact): void {
    this.size = meta.dimensions as number
    this.hashes = arrays.hashes as Int32Array
    this.columns = new Map(Array.from(this.hashes, (hash, column) => [hash, column]))
    this.idf = arrays.idf as Float32Array
    this.basis = arrays.basis as Float32Array
    this.items = ItemTable.unpack(arrays.items)
    this.vectors = arrays.vectors as Float32Array
  }

  /** Unit vector in the middle of what is asked from, and its items; undefined where nothing is known of them. */
  private centreOf({
    seeds,
    session,
    history,
  }: ModelQuery): { centre: Float32Array; seeds: Set<number> } | undefined {
    const known = new Set(this.items.known(seeds?.length ? seeds : (session ?? history ?? []).slice(-5)))
    if (known.size === 0) return undefined
    const centre = new Float32Array(this.size)
    for (const seed of known) {
      for (let d = 0; d < this.size; d++) centre[d] += this.vectors[seed * this.size + d]
    }
    const norm = norm2(centre)
    if (norm === 0) return undefined
    for (let d = 0; d < this.size; d++) centre[d] /= norm
    return { centre, seeds: known }
  }

  private dot(centre: Float32Array, item: number): number {
    const from = item * this.size
    let dot = 0
    for (let d = 0; d < this.size; d++) dot += centre[d] * this.vectors[from + d]
    return dot
  }

  private sample(products: readonly Product[], seed: number): readonly Product[] {
    if (products.length <= this.options.maxProducts) return products
    return new Random(seed).shuffle([...products]).slice(0, this.options.maxProducts)
  }

  private chooseFeatures(products: readonly Product[]): void {
    const counts = new Map<number, number>()
    for (const product of products) {
      for (const feature of productFeatures(product).keys())
        counts.set(feature, (counts.get(feature) ?? 0) + 1)
    }
    const shared = [...counts].filter(([, count]) => count >= 2 || products.length < 2)
    shared.sort(([hashA, a], [hashB, b]) => b - a || hashA - hashB)
    const chosen = shared.slice(0, this.options.maxFeatures)
    this.hashes = Int32Array.from(chosen, ([hash]) => hash)
    this.columns = new Map(chosen.map(([hash], column) => [hash, column]))
    this.idf = Float32Array.from(chosen, ([, count]) => Math.log((1 + products.length) / count))
  }

  private matrix(products: readonly Product[]): SparseRows {
    const start = new Int32Array(products.length + 1)
    const columns: number[] = []
    const values: number[] = []
    products.forEach((product, row) => {
      for (const [column, value] of this.weigh(product)) {
        columns.push(column)
        values.push(value)
      }
      start[row + 1] = columns.length
    })
    return {
      rows: products.length,
      width: this.hashes.length,
      start,
      columns: Int32Array.from(columns),
      values: Float32Array.from(values),
    }
  }

  /** tf-idf of the known features, as a unit vector: [column, value]. */
  private weigh(product: Product): [number, number][] {
    const entries: [number, number][] = []
    let squares = 0
    for (const [feature, weight] of productFeatures(product)) {
      const column = this.columns.get(feature)
      if (column === undefined) continue
      const value = Math.log1p(weight) * this.idf[column]
      squares += value * value
      entries.push([column, value])
    }
    const norm = Math.sqrt(squares) || 1
    for (const entry of entries) entry[1] /= norm
    return entries
  }
}

function norm2(vector: Float32Array): number {
  let squares = 0
  for (const value of vector) squares += value * value
  return Math.sqrt(squares)
}

export const textLsa: ModelDefinition = {
  name: "text-lsa",
  create: (options) => new TextLsa(options),
}
