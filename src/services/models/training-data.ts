import type { Product } from "../features"
import type { GivenSpaces } from "./product-embedder.port"

/** Interaction kinds, by the code stored in `Interactions.kind`. */
export const KINDS = ["view", "cart", "purchase"] as const
export type Kind = (typeof KINDS)[number]

/** Devices by the code stored in `Interactions.device`, from 1; 0 means unknown. */
export const DEVICES = ["mobile", "tablet", "desktop"] as const

/**
 * Interactions in columns, ordered by (session, ts). All arrays have the same length.
 * Item and user numbers index `itemIds` and `userIds`; user −1 means unknown.
 */
export interface Interactions {
  itemIds: string[]
  userIds: string[]
  item: Int32Array
  user: Int32Array
  /** Session number, dense from 0, in order of the session's last event time. */
  session: Int32Array
  /** Seconds since the epoch. */
  ts: Float64Array
  /** Index into KINDS. */
  kind: Uint8Array
  /** Row where each session begins; length = sessions + 1. */
  sessionStart: Int32Array
  /** Index into `countries` (ISO 3166-1 alpha-2, upper case), −1 when unknown; absent when no event said one. */
  country?: Int32Array
  countries?: string[]
  /** 0 = unknown, else 1 + index into DEVICES. */
  device?: Uint8Array
}

/** Purchased together: distinct items of one order, in columns. */
export interface Baskets {
  /** Row where each basket begins; length = baskets + 1. */
  start: Int32Array
  /** Item numbers of `Interactions.itemIds`. */
  item: Int32Array
  ts: Float64Array
}

/** All that a model may learn from. */
export interface TrainingData {
  interactions: Interactions
  baskets: Baskets
  /** The catalogue at training time; may hold items without interactions and miss delisted ones. */
  products: Product[]
  /** What embedders outside the models say of the products; absent where there are none. */
  given?: GivenSpaces
  /** "Now" for decays: ms since the epoch, the time of the newest interaction or later. */
  asOf: number
}
