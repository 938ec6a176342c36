import type { ShopEvent } from "../events"

/** What a feature is kept for. Keys are `shopper:<subject>`, `session:<id>`, `item:<product id>`, `global:all`. */
export type Entity = "shopper" | "session" | "item" | "global"

/** Everything a feature definition may look up besides the event itself. */
export interface FeatureLookups {
  categoriesOf(productId: string): readonly string[]
}

/**
 * One feature: the state kept, how an event changes it, how it is read.
 * The same definition runs in the stream (to serve) and over history (to train).
 * `update` returns a new state (or the same object when nothing changed) and never mutates.
 * State is plain JSON.
 */
export interface Feature<State, Value> {
  name: string
  entity: Entity
  /** Event types that can change it. */
  events: readonly string[]
  /** Value when nothing is known. */
  initial: State
  /** Which entities the event touches; ids without the entity prefix. Default: the obvious one for `entity`. */
  keys?(event: ShopEvent): readonly string[]
  update(state: State, event: ShopEvent, id: string, lookups: FeatureLookups): State
  /** @param now ms since the epoch, for decays */
  read(state: State, now: number): Value
  /** Adds what a visitor did to the customer they turned out to be. Features of shoppers have it. */
  merge?(into: State, from: State): State
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a registry holds features of any state and value
export type AnyFeature = Feature<any, any>

/** `<entity>:<id>` */
export type FeatureKey = `${Entity}:${string}`
