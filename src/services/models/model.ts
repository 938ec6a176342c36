import type { Artifact, Logger, Parallel, Scored } from "../lib"
import type { SearchSpace } from "./search/space"
import type { Trainer } from "./trainer.port"
import type { TrainingData } from "./training-data"

/** What a model is asked: all of it optional, each model uses what it knows. */
export interface ModelQuery {
  /** Items of the running session, oldest first. */
  session?: readonly string[]
  /** The product (or products: a cart) the list is about. */
  seeds?: readonly string[]
  /** Recent items of the shopper across sessions, oldest first. */
  history?: readonly string[]
  /** What the shopper bought, oldest first, with the seconds since the epoch of each purchase. */
  purchases?: { ids: readonly string[]; at: readonly number[] }
  /** `now`: ms since the epoch. */
  context?: { country?: string; device?: string; now?: number }
}

export interface FitContext {
  seed: number
  logger: Logger
  /** Threads that help with large matrices; the answer is the same without. */
  parallel?: Parallel
  /** Share done, 0–1. */
  progress(share: number): void
  /** Throws PersonalizationError `cancelled` when the run was cancelled; call it in long loops. */
  checkCancelled(): void
  /** Opens what trains networks; without it they are trained in plain TypeScript, which is slow. */
  trainer?(): Promise<Trainer>
}

/**
 * A trained or trainable recommender over item ids.
 * `recommend` is synchronous, allocates little and returns at most `k` items, best first, never NaN;
 * unknown ids are ignored and an untrained or empty model returns [].
 */
export interface Model {
  readonly name: string
  fit(data: TrainingData, context: FitContext): Promise<void> | void
  recommend(query: ModelQuery, k: number): Scored[]
  /** The items of its answers, where a table has them: an `ItemTable`. */
  readonly items?: { tellProducts(productOf: (id: string) => number): void }
  /**
   * What `recommend` would score these items, in their order; 0 for one it does not know or would not name. Only
   * models that can say it of any item at little cost have it: a blend asks them about what the others found.
   */
  score?(query: ModelQuery, ids: readonly string[]): Float64Array
  /**
   * Days after which an item is usually bought again; undefined where it is not usually bought again, or too little is
   * known. Only models of repeat purchases have it.
   */
  repeatDays?(id: string): number | undefined
  save(): Artifact
  load(artifact: Artifact): void
}

/** A registry line: how to make a fresh, untrained model from its options. */
export interface ModelDefinition {
  name: string
  /** What a search may change of its options. */
  search?: SearchSpace
  /** The models that it may be made of, by its options `sources` (names, comma-separated) and `sourceOptions`. */
  of?: readonly ModelDefinition[]
  create(options?: Record<string, unknown>): Model
}
