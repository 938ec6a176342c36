import type { z } from "zod"
import type { Random } from "../lib"
import type { Catalog, Shopper, Tally } from "../features"
import type { Ranked } from "./ranker.port"

/** A placement's setting of one re-ranker: a number, or several by name. */
export type RerankSetting = number | Readonly<Record<string, number>>

export interface RerankInput<Setting = number> {
  /** Best first, as the re-rankers before left them. */
  items: readonly Ranked[]
  /** All that the ranker brought, best first: the items, and what may take a place of theirs. */
  ranked: readonly Ranked[]
  /** Items that will be shown; only their choice and order matter. */
  limit: number
  setting: Setting
  catalog: Catalog
  shopper: Shopper
  /** Products the list is about. */
  seeds: readonly string[]
  vectorOf(productId: string): Float32Array | undefined
  /** How often recommendations have shown a product, and how often it was clicked there. */
  tallyOf(productId: string): Tally
  random: Random
}

/** Chooses and orders the shown items for what no single item's score can say, e.g. that they differ. */
export interface Reranker<Setting = number> {
  name: string
  /** It looks at so many times the items that will be shown. */
  window: number
  /** What a placement may set. */
  setting: z.ZodType<Setting>
  /** It leaves slots to chance, to learn: only for shoppers who agree to experiments, and only one a placement. */
  explores?: boolean
  /** @returns at most `limit` of the items and of what the ranker brought, each once */
  rerank(input: RerankInput<Setting>): Ranked[]
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a registry holds re-rankers of any setting
export type AnyReranker = Reranker<any>
