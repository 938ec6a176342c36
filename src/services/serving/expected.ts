import { nextTurn, type Clock } from "../lib"
import { profileKeys, readShopper, type FeatureStore } from "../features"
import type { ModelView } from "../models"
import { FACTORS, pastOf, type CandidatePools } from "../retrieval"
import type { ExposureStore } from "./recommendation"

/** Newest lists that say who comes here, and shoppers of them. */
const LISTS = 50_000
const SHOPPERS = 10_000
/** Profiles read in one turn of the event loop: each takes up to a tenth of a millisecond. */
const PAGE = 10

export interface ExpectedParts {
  exposures: Pick<ExposureStore, "shoppers">
  features: Pick<FeatureStore, "getMany">
  pools: Pick<CandidatePools, "ahead" | "warm">
  models: ModelView
  clock: Clock
}

/**
 * Makes the candidate pools of the shoppers who were here last, for they are the likeliest to come again. Made after a
 * training, when the pools of before have lost their worth: that is at night. Nothing is read where pools are made at once.
 */
export async function expectShoppers(parts: ExpectedParts): Promise<void> {
  const { exposures, features, pools, models, clock } = parts
  if (!pools.ahead) return
  const shoppers = await exposures.shoppers(LISTS, SHOPPERS)
  for (let from = 0; from < shoppers.length; from += PAGE) {
    const page = shoppers.slice(from, from + PAGE)
    const records = await features.getMany([...new Set(page.flatMap(profileKeys))])
    const now = clock.now()
    // The visit in which they come again has not begun.
    const histories = page.map((who) => pastOf({ ...readShopper(records, who, now), session: [] }))
    pools.warm(models, FACTORS, histories)
    await nextTurn()
  }
}
