import type { Product } from "../features"

/** What embedders outside the models say of one product; a part is missing where they say nothing (yet). */
export interface GivenVectors {
  text?: Float32Array
  image?: Float32Array
}

/** Vectors of one embedder, by product id; not every product needs to have one. */
export interface GivenSpace {
  /** Name of the embedder: vectors of two cannot be compared. */
  name: string
  vectors: ReadonlyMap<string, Float32Array>
}

export interface GivenSpaces {
  text?: GivenSpace
  image?: GivenSpace
}

/** A live model that turns a product into a unit vector; a changed or new product needs no retraining. */
export interface ProductEmbedder {
  readonly dimensions: number
  /** Names of the embedders whose vectors it has learned to read; others must not be given to it. */
  readonly reads?: { text?: string; image?: string }
  embed(product: Product, given?: GivenVectors): Float32Array
}

/** A product with what embedders say of it. */
export interface GivenProduct {
  product: Product
  given?: GivenVectors
}

/** A live model that can say something of products that came after its training. */
export interface ProductForeteller {
  addProducts(products: readonly GivenProduct[]): void
}
