import type { RequestContext } from "../context"
import type { Catalog, Shopper, SituationDemand } from "../features"

/** What a feature may look at; the same for all candidates of a list. */
export interface RankSituation {
  shopper: Shopper
  context: RequestContext
  catalog: Catalog
  /** Products the list is about. */
  seeds: readonly string[]
  /** What is wanted in general and in this situation, where something is known of it. */
  demand?: SituationDemand
}

/** Value of one product, by its number among the catalogue's cards and its id: finite, about −1 to 1. */
export type FeatureOf = (number: number, id: string) => number

/** One side of the situation that moves a product, e.g. `weather=rain`, and its part of a feature's value. */
export interface Signal {
  signal: string
  value: number
}

/** One thing a ranker knows of a candidate besides what the sources said of it. */
export interface RankFeature {
  name: string
  /** What a value of 1 adds in the fixed blend, as a share of all source weights; 0 where only learned rankers look at it. */
  share: number
  /** Called once a list. @returns undefined where the value is 0 for every product */
  prepare(situation: RankSituation): FeatureOf | undefined
  /** What the value of a product is made of, strongest first; the parts add up to it. To explain, not to rank. */
  signals?(situation: RankSituation, number: number, id: string): readonly Signal[]
}
