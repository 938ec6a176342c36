import type { RankFeature, RankSituation } from "./rank-feature"

/**
 * Products with what each source said of them, in columns: there are hundreds a request. They are lent to a ranker while it
 * ranks; the next list's are written over them.
 */
export interface RankCandidates {
  ids: readonly string[]
  /**
   * Candidates × sources, row-major, in the order of `RankInput.sources`: what a source said, normalised to 0–1 within
   * its list; 0 where it did not name the product.
   */
  votes: Float64Array
  /** Candidates × features, row-major, in the order of `RankInput.features`. */
  features: Float64Array
}

export interface RankInput extends RankSituation {
  /** Name of the placement. */
  placement: string
  candidates: RankCandidates
  /** The placement's sources with their weights. */
  sources: readonly { name: string; weight: number }[]
  features: readonly RankFeature[]
  /** What is on at this request, by name: `situationOf`. */
  situation: Readonly<Record<string, number>>
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
  /** Probability with which it stands in this slot, given all that is known of the request; absent: it was certain. */
  propensity?: number
  /** Reason code, where it stands there for something else than what its source says. */
  reason?: string
}

/** Orders candidates, best first; ties by id, so that equal input gives equal output. */
export interface Ranker {
  name: string
  featureNames(input: RankInput): string[]
  rank(input: RankInput): Ranked[]
}
