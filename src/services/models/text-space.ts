import { Random, rightSingularVectors, type Artifact, type SparseRows } from "../lib"
import type { Product } from "../features"
import type { FitContext } from "./model"

export interface TextSpaceOptions {
  dimensions: number
  /** Features kept: the commonest that at least two products share. */
  maxFeatures: number
  /** Products it is learned from; a larger catalogue is sampled by seed. */
  maxProducts: number
}

/**
 * Latent semantic analysis (Deerwester et al. 1990): tf-idf of products' weighted features, reduced by a truncated SVD.
 * A new product is folded in by its features, without training.
 * A fit needs 8 × (maxProducts + maxFeatures) × (dimensions + 8) bytes at most; 4 × dimensions bytes a feature are kept.
 */
export class TextSpace {
  private size = 0
  /** Feature hash → its column. */
  private columns = new Map<number, number>()
  private hashes: Int32Array = new Int32Array(0)
  private idf: Float32Array = new Float32Array(0)
  /** columns × dimensions */
  private basis: Float32Array = new Float32Array(0)

  /** @param featuresOf weights of a product's features, by hash */
  constructor(private readonly featuresOf: (product: Product) => Map<number, number>) {}

  get dimensions(): number {
    return this.size
  }

  /** @param progress share done, 0–1 */
  fit(
    products: readonly Product[],
    options: TextSpaceOptions,
    context: Pick<FitContext, "seed" | "checkCancelled">,
    progress: (share: number) => void
  ): void {
    this.size = options.dimensions
    const sample =
      products.length <= options.maxProducts
        ? products
        : new Random(context.seed).shuffle([...products]).slice(0, options.maxProducts)
    this.chooseFeatures(sample, options.maxFeatures)
    progress(0.2)
    let step = 0
    const basis = rightSingularVectors(this.matrix(sample), this.size, context.seed, () => {
      context.checkCancelled()
      progress(0.2 + 0.2 * step++)
    })
    this.basis = Float32Array.from(basis)
  }

  /** A unit vector, or zeros when the product shares no feature with the catalogue that was learned. */
  embed(product: Product): Float32Array {
    const vector = new Float32Array(this.size)
    for (const [column, value] of this.weigh(product)) {
      const from = column * this.size
      for (let d = 0; d < this.size; d++) vector[d] += value * this.basis[from + d]
    }
    return toUnit(vector)
  }

  /** Arrays by their names with a prefix, for a model that holds several spaces. */
  save(prefix = ""): Artifact["arrays"] {
    const { hashes, idf, basis } = this
    return { [`${prefix}hashes`]: hashes, [`${prefix}idf`]: idf, [`${prefix}basis`]: basis }
  }

  load(arrays: Artifact["arrays"], dimensions: number, prefix = ""): void {
    this.size = dimensions
    this.hashes = arrays[`${prefix}hashes`] as Int32Array
    this.columns = new Map(Array.from(this.hashes, (hash, column) => [hash, column]))
    this.idf = arrays[`${prefix}idf`] as Float32Array
    this.basis = arrays[`${prefix}basis`] as Float32Array
  }

  private chooseFeatures(products: readonly Product[], maxFeatures: number): void {
    const counts = new Map<number, number>()
    for (const product of products) {
      for (const feature of this.featuresOf(product).keys())
        counts.set(feature, (counts.get(feature) ?? 0) + 1)
    }
    const shared = [...counts].filter(([, count]) => count >= 2 || products.length < 2)
    shared.sort(([hashA, a], [hashB, b]) => b - a || hashA - hashB)
    const chosen = shared.slice(0, maxFeatures)
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
    for (const [feature, weight] of this.featuresOf(product)) {
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

/** Makes a vector's length 1, in place; one of no length becomes zeros. */
export function toUnit(vector: Float32Array): Float32Array {
  let squares = 0
  for (const value of vector) squares += value * value
  const norm = Math.sqrt(squares)
  if (!(norm > 1e-6)) return vector.fill(0)
  for (let d = 0; d < vector.length; d++) vector[d] /= norm
  return vector
}
