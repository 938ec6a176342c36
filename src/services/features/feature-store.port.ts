import type { Position } from "../events"
import type { FeatureKey } from "./feature"

/** All feature states of one entity, by feature name. Plain JSON. */
export type FeatureRecord = Readonly<Record<string, unknown>>

export interface FeatureUpdate {
  key: FeatureKey
  feature: string
  /** Pure: from the state held now (undefined when none) to the next. Adapters may run it again on a conflict. */
  next(state: unknown): unknown
  /**
   * Where the event stands that this comes from. A record keeps how far it has come in each partition, and leaves out
   * what it has already: a batch that is delivered again after a crash counts once.
   */
  at?: Position
}

/** Current feature states, read in one batch per request. */
export interface FeatureStore {
  /** One round trip, whatever the number of keys. Absent keys are left out of the result. */
  getMany(keys: readonly FeatureKey[]): Promise<Map<FeatureKey, FeatureRecord>>
  /** Applies in order; all updates of one key are atomic together, and their places are compared with those held before. */
  apply(updates: readonly FeatureUpdate[]): Promise<void>
  /** Every record, for tests and for checkpoints. */
  snapshot(): AsyncIterable<[FeatureKey, FeatureRecord]>
  /** The record, unless it has come to this place already: what it holds is then from behind it. */
  before(key: FeatureKey, at: Position): Promise<FeatureRecord | undefined>
  /** With a place, a record that has come past it stays: it is what has come since. */
  erase(key: FeatureKey, at?: Position): Promise<void>
  close(): Promise<void>
}
