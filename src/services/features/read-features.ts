import type { Scored } from "../lib"
import { categoryAffinity } from "./definitions/category-affinity"
import { itemCtr, tallyAt, type Tally } from "./definitions/item-ctr"
import { itemPopularity } from "./definitions/item-popularity"
import { popularNow } from "./definitions/popular-now"
import { recentItems, recentPurchases } from "./definitions/recent-items"
import { sessionItems } from "./definitions/session-items"
import { shownItems } from "./definitions/shown-items"
import type { Feature, FeatureKey } from "./feature"
import type { FeatureRecord } from "./feature-store.port"
import type { Shopper } from "./shopper"

/** Whom a request is for. Leave all out where a profile may not be used. */
export interface Who {
  visitorId?: string
  customerId?: string
  sessionId?: string
}

type Records = ReadonlyMap<FeatureKey, FeatureRecord>

/** The records of a shopper: at most one read of three keys. */
export function profileKeys({ visitorId, customerId, sessionId }: Who): FeatureKey[] {
  const keys: FeatureKey[] = []
  if (customerId) keys.push(`shopper:customer:${customerId}`)
  if (visitorId) keys.push(`shopper:visitor:${visitorId}`)
  const session = sessionId ?? (visitorId && `visitor:${visitorId}`)
  if (session) keys.push(`session:${session}`)
  return keys
}

/** Value of a feature over several records; what a visitor did counts for the customer at once. */
function readMerged<S, V>(feature: Feature<S, V>, records: readonly FeatureRecord[], now: number): V {
  let merged: S | undefined
  for (const record of records) {
    const state = record[feature.name] as S | undefined
    if (state === undefined) continue
    if (merged === undefined) merged = state
    else if (feature.merge) merged = feature.merge(merged, state)
  }
  return feature.read(merged ?? feature.initial, now)
}

/**
 * The shopper out of the records of `profileKeys(who)`. Purchases stand among the recent products.
 * @param now ms since the epoch
 */
export function readShopper(records: Records, who: Who, now: number): Shopper {
  const keys = profileKeys(who)
  const of = (entity: string): FeatureRecord[] =>
    keys.flatMap((key) => {
      const record = key.startsWith(`${entity}:`) ? records.get(key) : undefined
      return record ? [record] : []
    })
  const shopper = of("shopper")
  const recent = [...readMerged(recentItems, shopper, now), ...readMerged(recentPurchases, shopper, now)]
  return {
    recent: recent.sort((a, b) => a.ts - b.ts),
    session: readMerged(sessionItems, of("session"), now),
    categoryAffinity: readMerged(categoryAffinity, shopper, now),
    shown: readMerged(shownItems, shopper, now),
  }
}

/** The records that `readPopularNow` needs. */
export const popularNowKeys = (country?: string): FeatureKey[] =>
  country ? ["global:all", `global:country:${country}`] : ["global:all"]

/** Fewer products than this in a country say too little of its taste. */
const ENOUGH = 5

/** What is popular now, best first: in the country where enough is known of it, else in the whole shop. */
export function readPopularNow(
  records: Records,
  country: string | undefined,
  now: number
): readonly Scored[] {
  const [everywhere, here] = popularNowKeys(country).map((key) => {
    const state = records.get(key)?.[popularNow.name]
    return popularNow.read((state as typeof popularNow.initial | undefined) ?? popularNow.initial, now)
  })
  if (!here || here.length < ENOUGH) return everywhere
  const known = joined.get(here)
  if (known?.everywhere === everywhere) return known.list
  const list = join(here, everywhere)
  joined.set(here, { everywhere, list })
  return list
}

/** By the country's list, what was last joined to it: both are the same until an event changes one. */
const joined = new WeakMap<readonly Scored[], { everywhere: readonly Scored[]; list: readonly Scored[] }>()

/** The rest of the shop follows below the least of the country's own list. */
function join(here: readonly Scored[], everywhere: readonly Scored[]): Scored[] {
  const local = new Set(here.map(({ id }) => id))
  const least = here[here.length - 1].score
  const rest = everywhere.filter(({ id }) => !local.has(id))
  return [...here, ...rest.map(({ id, score }) => ({ id, score: score * least }))]
}

/** What is known of a product from shoppers' behaviour. */
export interface ItemStats {
  views: number
  carts: number
  purchases: number
  /** Smoothed click-through rate by placement. */
  ctr: Readonly<Record<string, number>>
}

export const itemKeys = (ids: readonly string[]): FeatureKey[] => ids.map((id) => `item:${id}` as const)

export function readItem(records: Records, productId: string, now: number): ItemStats {
  const record = records.get(`item:${productId}`)
  const of = record ? [record] : []
  return { ctr: readMerged(itemCtr, of, now), ...readMerged(itemPopularity, of, now) }
}

export function readTally(records: Records, productId: string, now: number): Tally {
  const state = records.get(`item:${productId}`)?.[itemCtr.name]
  return tallyAt((state as typeof itemCtr.initial | undefined) ?? itemCtr.initial, now)
}
