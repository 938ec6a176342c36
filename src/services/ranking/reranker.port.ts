import type { Catalog } from "../features"
import type { Ranked } from "./ranker.port"

export interface RerankInput {
  /** Best first. */
  items: readonly Ranked[]
  /** Items that will be shown; only their choice and order matter. */
  limit: number
  /** The placement's one setting of this re-ranker. */
  setting: number
  catalog: Catalog
  vectorOf(productId: string): Float32Array | undefined
}

/** Chooses and orders the shown items for what no single item's score can say, e.g. that they differ. */
export interface Reranker {
  name: string
  /** It looks at so many times the items that will be shown. */
  window: number
  /** @returns at most `limit` of the items */
  rerank(input: RerankInput): Ranked[]
}
