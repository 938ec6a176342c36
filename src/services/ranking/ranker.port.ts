import type { RequestContext } from "../context"
import type { Shopper } from "../features"

/** What one source said of a product. */
export interface SourceVote {
  /** Normalised to 0–1 within that source's list. */
  score: number
  /** Product that explains it. */
  because?: string
  /** Reason code when it is not the source's own. */
  reason?: string
}

/** A product with what each source said of it. */
export interface RankCandidate {
  id: string
  /** In the order of `RankInput.sources`; undefined where a source did not name the product. */
  votes: readonly (SourceVote | undefined)[]
  /** How much the shopper cares for the product's categories, 0–1. */
  affinity: number
}

export interface RankInput {
  candidates: readonly RankCandidate[]
  /** The placement's sources with their weights. */
  sources: readonly { name: string; weight: number }[]
  shopper: Shopper
  context: RequestContext
}

export interface Ranked {
  id: string
  score: number
  /** Source that contributed most. */
  source: string
  because?: string
  /** Reason code when it is not the source's own. */
  reason?: string
  /** The exact values that ranked it, in the order of the ranker's `features`. */
  features: number[]
}

/** Orders candidates, best first; ties by id, so that equal input gives equal output. */
export interface Ranker {
  name: string
  featureNames(input: RankInput): string[]
  rank(input: RankInput): Ranked[]
}
