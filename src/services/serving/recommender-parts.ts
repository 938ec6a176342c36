import type { Clock, Logger, Metrics, Random } from "../lib"
import type { Catalog, FeatureStore, ItemTallies } from "../features"
import type { ModelView } from "../models"
import type { AnyReranker, Ranker, RuleSet } from "../ranking"
import type { CandidatePools, CandidateSource, ContentIndex, SequenceIndex, Shelves } from "../retrieval"
import type { AnonymousLists } from "./anonymous-lists"
import type { BuiltList } from "./build-list"
import type { ExposureWriter } from "./exposure-writer"
import type { ListTrace } from "./list-trace"
import type { Placement } from "./placement"
import type { PlacementBook } from "./placement-book"
import type { RecommendedItem } from "./recommendation"

export interface RecommenderParts {
  catalog: Catalog
  features: Pick<FeatureStore, "getMany">
  /** `viewOf`: the version that serves a shopper; without it all get the same. `aside`: for questions of nobody. */
  models: ModelView & { viewOf?(unit: string | undefined): ModelView; aside?(): ModelView }
  content: Pick<ContentIndex, "view">
  shelves: Pick<Shelves, "newest" | "inCategory">
  /** Answers to shoppers' histories; without it none is known. */
  pools?: Pick<CandidatePools, "of">
  /** Where visits point to; without it nobody knows. */
  sequences?: Pick<SequenceIndex, "follow">
  placements: Pick<PlacementBook, "get" | "names">
  /** The merchant's; default: none. */
  rules?: Pick<RuleSet, "active">
  exposures: Pick<ExposureWriter, "write">
  /** Lists of shoppers of whom nothing may be known; without it each is made anew. */
  anonymous?: AnonymousLists
  /** How often products were shown and clicked; without it none was. */
  tallies?: Pick<ItemTallies, "of">
  /** What exploration draws from. Default: the same sequence for each recommender. */
  random?: Random
  clock: Clock
  metrics: Metrics
  logger: Logger
  /** The `serving` section of the plugin's options. */
  options: { deadlineMs: number; maxLimit: number; candidates: number }
  /** Whether a session that turns to something else is followed (`focused`). Default: true. */
  followIntent?: boolean
  /** Default: SOURCES. */
  sources?: readonly CandidateSource[]
  /** Default: BlendRanker. */
  ranker?: Ranker
  /** Default: RERANKERS. */
  rerankers?: readonly AnyReranker[]
}

/** How a list is made for a look at it: told step by step, or by another configuration than the one that serves. */
export interface Rehearsal {
  trace?: ListTrace
  placement?: Placement
  rules?: Pick<RuleSet, "active">
}

export interface Rehearsed {
  list: BuiltList
  /** As a shopper would get them. */
  items: RecommendedItem[]
}
