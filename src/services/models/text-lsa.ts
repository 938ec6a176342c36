import { z } from "zod"
import type { Artifact, Scored } from "../lib"
import type { Product } from "../features"
import { ContentNeighbours } from "./content-neighbours"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric } from "./options"
import type { ProductEmbedder } from "./product-embedder.port"
import { productFeatures } from "./product-text"
import { TextSpace } from "./text-space"
import type { TrainingData } from "./training-data"

const optionsSchema = z.strictObject({
  dimensions: numeric().int().min(2).max(512).default(64),
  /** Features kept: the commonest that at least two products share. */
  maxFeatures: numeric().int().min(16).default(32_768),
  /** Products the space is learned from; a larger catalogue is sampled by seed, and every product embedded. */
  maxProducts: numeric().int().min(16).default(20_000),
})

/**
 * Latent semantic analysis of the store's own catalogue: words, character n-grams, categories, tags and options. Needs no
 * download and no language. A new product is folded in by its words, without training.
 * Fit needs 30 MB by default (see TextSpace); the model keeps 4 × dimensions bytes per feature and per product.
 */
export class TextLsa implements Model, ProductEmbedder {
  readonly name = "text-lsa"
  private readonly options: z.output<typeof optionsSchema>
  private readonly space = new TextSpace(productFeatures)
  private readonly neighbours = new ContentNeighbours()

  constructor(options?: Record<string, unknown>) {
    this.options = modelOptions("text-lsa", optionsSchema, options)
  }

  get dimensions(): number {
    return this.space.dimensions
  }

  fit({ products }: TrainingData, context: FitContext): void {
    this.space.fit(products, this.options, context, (share) => context.progress(share * 0.8))
    const { dimensions } = this
    const vectors = new Float32Array(products.length * dimensions)
    products.forEach((product, row) => {
      if ((row & 1023) === 0) context.checkCancelled()
      vectors.set(this.embed(product), row * dimensions)
    })
    this.neighbours.set(
      products.map(({ id }) => id),
      vectors,
      dimensions
    )
    context.progress(1)
  }

  /** A unit vector, or zeros when the product shares no word with the catalogue that was learned. */
  embed(product: Product): Float32Array {
    return this.space.embed(product)
  }

  /** Products nearest to the mean of the seeds (else of the session's last five, else of the history's), by cosine. */
  recommend(query: ModelQuery, k: number): Scored[] {
    return this.neighbours.recommend(query, k)
  }

  score(query: ModelQuery, ids: readonly string[]): Float64Array {
    return this.neighbours.score(query, ids)
  }

  save(): Artifact {
    return {
      meta: { dimensions: this.dimensions },
      arrays: { ...this.space.save(), ...this.neighbours.save() },
    }
  }

  load({ meta, arrays }: Artifact): void {
    const dimensions = meta.dimensions as number
    this.space.load(arrays, dimensions)
    this.neighbours.load(arrays, dimensions)
  }
}

export const textLsa: ModelDefinition = {
  name: "text-lsa",
  create: (options) => new TextLsa(options),
}
