import type { Artifact, Logger, Scored } from "../lib"
import type { TrainingData } from "./training-data"

/** What a model is asked: all of it optional, each model uses what it knows. */
export interface ModelQuery {
  /** Items of the running session, oldest first. */
  session?: readonly string[]
  /** The product (or products: a cart) the list is about. */
  seeds?: readonly string[]
  /** Recent items of the shopper across sessions, oldest first. */
  history?: readonly string[]
  context?: { country?: string; device?: string; now?: number }
}

export interface FitContext {
  seed: number
  logger: Logger
  /** Share done, 0–1. */
  progress(share: number): void
  /** Throws PersonalizationError `cancelled` when the run was cancelled; call it in long loops. */
  checkCancelled(): void
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
  save(): Artifact
  load(artifact: Artifact): void
}

/** A registry line: how to make a fresh, untrained model from its options. */
export interface ModelDefinition {
  name: string
  create(options?: Record<string, unknown>): Model
}
