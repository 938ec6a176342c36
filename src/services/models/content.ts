import { z } from "zod"
import { rightSingularVectors, type Artifact, type Scored } from "../lib"
import type { Product } from "../features"
import { ContentNeighbours } from "./content-neighbours"
import { fitGivenPart, fitOwnPart, loadPart, PARTS, type ContentPart, type Part } from "./content-parts"
import { chooseWeights } from "./content-weights"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric } from "./options"
import type { GivenSpaces, GivenVectors, ProductEmbedder } from "./product-embedder.port"
import { toUnit } from "./text-space"
import type { TrainingData } from "./training-data"

const weight = () => numeric().min(0).max(10).optional()

const optionsSchema = z.strictObject({
  /** Length of the vectors, and of each part before they are put together. */
  dimensions: numeric().int().min(2).max(512).default(64),
  /** Weights of the parts; where none is set they are chosen by what shoppers look at together. */
  text: weight(),
  image: weight(),
  attributes: weight(),
})

/** Rows that the common reduction is learned from at most. */
const MAX_ROWS = 4_000

interface Weighted {
  part: Part
  weight: number
  embedder: ContentPart
}

/**
 * What a product is: its text (latent semantic analysis, or an embedder's vectors), its picture (an image embedder's
 * vectors) and its attributes, each a unit vector, weighted, put one after another and reduced by a truncated SVD, which
 * keeps their cosines. A part that a product lacks is left out of its vector, and one that no product has is not learned.
 * Memory of a fit: that of the text space (30 MB) and of a PCA of 2,000 given vectors; 4 × dimensions bytes a product are kept.
 */
export class Content implements Model, ProductEmbedder {
  readonly name = "content"
  private readonly options: z.output<typeof optionsSchema>
  private size = 0
  private parts: Weighted[] = []
  /** (parts × dimensions) × dimensions; empty where there is one part only. */
  private basis: Float32Array = new Float32Array(0)
  private readonly neighbours = new ContentNeighbours()

  constructor(options?: Record<string, unknown>) {
    this.options = modelOptions("content", optionsSchema, options)
  }

  get dimensions(): number {
    return this.size
  }

  get reads(): { text?: string; image?: string } {
    return Object.fromEntries(this.parts.map(({ part, embedder }) => [part, embedder.reads]))
  }

  fit(data: TrainingData, context: FitContext): void {
    const { products, given } = data
    context.checkCancelled()
    this.size = this.options.dimensions
    this.parts = this.learnParts(products, given, context)
    context.progress(0.6)
    const said = this.parts.map(({ embedder }) => {
      context.checkCancelled()
      return products.map((product) => embedder.embed(product, givenOf(given, product.id)))
    })
    this.weigh(said, data, context)
    const kept = this.parts.flatMap(({ weight }, i) => (weight > 0 ? [i] : []))
    this.parts = kept.map((i) => this.parts[i])
    const whole = products.map((_, row) => this.join(kept.map((i) => said[i][row])))
    this.basis = new Float32Array(0)
    if (this.parts.length > 1 && products.length > 0) this.basis = this.reduction(whole, context)
    context.progress(0.9)
    const vectors = new Float32Array(products.length * this.size)
    whole.forEach((vector, row) => vectors.set(this.reduce(vector), row * this.size))
    this.neighbours.set(
      products.map(({ id }) => id),
      vectors,
      this.size
    )
    context.progress(1)
  }

  embed(product: Product, given?: GivenVectors): Float32Array {
    return this.reduce(this.whole(product, given))
  }

  /** Products nearest to the mean of the seeds (else of the session's last five, else of the history's), by cosine. */
  recommend(query: ModelQuery, k: number): Scored[] {
    return this.neighbours.recommend(query, k)
  }

  score(query: ModelQuery, ids: readonly string[]): Float64Array {
    return this.neighbours.score(query, ids)
  }

  /** The vector of a product of the catalogue that was learned; not a copy. */
  vectorOf(id: string): Float32Array | undefined {
    return this.neighbours.vectorOf(id)
  }

  save(): Artifact {
    const parts = this.parts.map(({ part, weight, embedder }) => ({
      part,
      weight,
      ...(embedder.reads !== undefined && { reads: embedder.reads }),
    }))
    const arrays = Object.assign({}, ...this.parts.map(({ part, embedder }) => embedder.save(`${part}.`)))
    return {
      meta: { dimensions: this.size, parts },
      arrays: { ...arrays, basis: this.basis, ...this.neighbours.save() },
    }
  }

  load({ meta, arrays }: Artifact): void {
    this.size = meta.dimensions as number
    const parts = meta.parts as { part: Part; weight: number; reads?: string }[]
    this.parts = parts.map(({ part, weight, reads }) => ({
      part,
      weight,
      embedder: loadPart(part, arrays, `${part}.`, this.size, reads),
    }))
    this.basis = arrays.basis as Float32Array
    this.neighbours.load(arrays, this.size)
  }

  private learnParts(
    products: readonly Product[],
    given: GivenSpaces | undefined,
    context: FitContext
  ): Weighted[] {
    const asked = { dimensions: this.size, seed: context.seed }
    const learned: Weighted[] = []
    PARTS.forEach((part, i) => {
      context.checkCancelled()
      context.progress(0.2 * i)
      const space = part === "attributes" ? undefined : given?.[part]
      let embedder: ContentPart | undefined
      if (part !== "attributes" && space) embedder = fitGivenPart(part, products, space, asked, context)
      if (part !== "image") embedder ??= fitOwnPart(part, products, asked, context)
      if (embedder) learned.push({ part, embedder, weight: 1 })
    })
    return learned
  }

  /** @param said of each part, the vectors of all products */
  private weigh(
    said: readonly (readonly Float32Array[])[],
    { products, interactions }: TrainingData,
    context: FitContext
  ): void {
    const isSet = this.parts.some(({ part }) => this.options[part] !== undefined)
    const rows = new Map(products.map(({ id }, row) => [id, row]))
    const vectorOf = (vectors: readonly Float32Array[], id: string) => {
      const vector = vectors[rows.get(id) ?? -1]
      return vector?.some((value) => value !== 0) ? vector : undefined
    }
    const weights = isSet
      ? this.parts.map(({ part }) => this.options[part] ?? 1)
      : chooseWeights(
          said.map((vectors) => (a, b) => cosine(vectorOf(vectors, a), vectorOf(vectors, b))),
          interactions,
          context.seed
        )
    this.parts.forEach((part, i) => (part.weight = weights[i]))
  }

  /** A product's parts one after another, weighted. */
  private whole(product: Product, given?: GivenVectors): Float32Array {
    return this.join(this.parts.map(({ embedder }) => embedder.embed(product, given)))
  }

  private join(said: readonly Float32Array[]): Float32Array {
    // Without parts, as where pictures alone are asked for and there are none, a vector is zeros.
    const out = new Float32Array(Math.max(1, this.parts.length) * this.size)
    this.parts.forEach(({ weight }, i) => {
      for (let d = 0; d < this.size; d++) out[i * this.size + d] = weight * said[i][d]
    })
    return out
  }

  private reduction(whole: readonly Float32Array[], context: FitContext): Float32Array {
    const step = Math.ceil(whole.length / MAX_ROWS)
    const sample = whole.filter((_, row) => row % step === 0)
    const width = this.parts.length * this.size
    const values = new Float32Array(sample.length * width)
    sample.forEach((vector, row) => values.set(toUnit(vector.slice()), row * width))
    const start = Int32Array.from({ length: sample.length + 1 }, (_, row) => row * width)
    const columns = Int32Array.from(values, (_, at) => at % width)
    const matrix = { rows: sample.length, width, start, columns, values }
    const basis = rightSingularVectors(matrix, this.size, context.seed, () => context.checkCancelled())
    return Float32Array.from(basis)
  }

  private reduce(whole: Float32Array): Float32Array {
    if (this.basis.length === 0) return toUnit(whole.slice(0, this.size))
    const vector = new Float32Array(this.size)
    for (let i = 0; i < whole.length; i++) {
      if (whole[i] === 0) continue
      for (let d = 0, at = i * this.size; d < this.size; d++) vector[d] += whole[i] * this.basis[at + d]
    }
    return toUnit(vector)
  }
}

/** What embedders say of one product. */
export function givenOf(given: GivenSpaces | undefined, id: string): GivenVectors {
  return { text: given?.text?.vectors.get(id), image: given?.image?.vectors.get(id) }
}

function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number | undefined {
  if (!a || !b) return undefined
  let dot = 0
  for (let d = 0; d < a.length; d++) dot += a[d] * b[d]
  return dot
}

export const content: ModelDefinition = { name: "content", create: (options) => new Content(options) }
