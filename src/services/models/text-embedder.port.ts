import type { Product } from "../features"

/** Turns a product's words into a unit vector; a changed or new product needs no retraining. */
export interface TextEmbedder {
  readonly dimensions: number
  embed(product: Product): Float32Array
}
