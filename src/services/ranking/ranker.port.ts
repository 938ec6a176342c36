import type { RequestContext } from "../context"
import type { Shopper } from "../features"

/** Products with what each source said of them, in columns: there are hundreds a request. */
export interface RankCandidates {
  ids: readonly string[]
  /**
   * Candidates × sources, row-major, in the order of `RankInput.sources`: what a source said, normalised to 0–1 within
   * its list; 0 where it did not name the product.
   */
  votes: Float64Array
  /** How much the shopper cares for the product's categories, 0–1. */
  affinity: Float64Array
}

export interface RankInput {
  candidates: RankCandidates
  /** The placement's sources with their weights. */
  sources: readonly { name: string; weight: number }[]
  shopper: Shopper
  context: RequestContext
  /** So many of the best will be looked at; a ranker may leave out the others. */
  wanted: number
}

export interface Ranked {
  id: string
  score: number
  /** Source that contributed most. */
  source: string
  /** The exact values that ranked it, in the order of the ranker's `features`. */
  features: number[]
}

/** Orders candidates, best first; ties by id, so that equal input gives equal output. */
export interface Ranker {
  name: string
  featureNames(input: RankInput): string[]
  rank(input: RankInput): Ranked[]
}
