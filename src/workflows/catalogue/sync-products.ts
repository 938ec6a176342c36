import { setTimeout as sleep } from "node:timers/promises"
import type { RemoteQueryFunction } from "@medusajs/framework/types"
import type { CatalogStore } from "../../services/features"
import type PersonalizationModuleService from "../../modules/personalization/service"
import { findCostList, type CostList } from "./read-costs"
import { readProducts } from "./read-products"
import { NotComparable, storeFingerprints, type StoreDatabase } from "./store-fingerprints"

/** The recommender's side of a synchronisation. */
export type SyncTarget = Pick<PersonalizationModuleService, "syncProducts" | "removeProducts"> & {
  engine: {
    catalog: Pick<CatalogStore, "fingerprints" | "keepFingerprints"> & { all(): Iterable<{ id: string }> }
  }
}

export interface SyncOptions {
  /** Only these products; without them all. */
  ids?: readonly string[]
  /** The store's, where of all products only those are to be read that are not as they were when last read. */
  database?: StoreDatabase
  /** Id or title of the price list whose prices are what the shop pays. */
  costPriceList?: string
  /** Told, when all products are read, of what the merchant should put right. */
  warn?(message: string): void
}

/** How many products were written and how many removed. */
export interface SyncResult {
  upserted: number
  removed: number
}

async function defaultCurrency(query: RemoteQueryFunction): Promise<string | undefined> {
  const { data: stores } = await query.graph({
    entity: "store",
    fields: ["supported_currencies.currency_code", "supported_currencies.is_default"],
  })
  return stores[0]?.supported_currencies?.find((entry: { is_default?: boolean } | null) => entry?.is_default)
    ?.currency_code
}

async function costListOf(
  query: RemoteQueryFunction,
  currency: string | undefined,
  { costPriceList, warn }: SyncOptions
): Promise<CostList | undefined> {
  if (costPriceList === undefined || currency === undefined) return undefined
  const found = await findCostList(query, costPriceList, currency)
  if (!found) warn?.(`Personalization: the store has no price list "${costPriceList}" to take costs from.`)
  if (found?.active)
    warn?.(
      `Personalization: the price list "${costPriceList}" holds costs and is active, so that shoppers may pay no more. Make it a draft.`
    )
  return found
}

/**
 * Brings `target` in step with the store: the products of `ids`, or all. Removed is only what was known before
 * the reading began and what the store doesn't return when it is asked for it by id.
 */
export async function syncProducts(
  query: RemoteQueryFunction,
  target: SyncTarget,
  options: SyncOptions = {}
): Promise<SyncResult> {
  const { ids, database, warn } = options
  const known = [...new Set(ids ?? Array.from(target.engine.catalog.all(), ({ id }) => id))]
  const currency = await defaultCurrency(query)
  const costList = await costListOf(query, currency, ids ? { ...options, warn: undefined } : options)
  const there = new Set<string>()
  let upserted = 0
  const take = async (wanted?: readonly string[]) => {
    let began = performance.now()
    for await (const products of readProducts(query, { ids: wanted, currency, costList })) {
      await target.syncProducts(products)
      upserted += products.length
      for (const { id } of products) there.add(id)
      // Half of the core for those who ask for lists meanwhile, once there are any.
      if (!ids && known.length > 0) await sleep(performance.now() - began)
      began = performance.now()
    }
  }
  const takeChanged = async (from: StoreDatabase) => {
    const { catalog } = target.engine
    for await (const page of storeFingerprints(from, { currency, costList })) {
      const held = await catalog.fingerprints(page.map(({ id }) => id))
      const changed = page.filter(({ id, fingerprint }) => held.get(id) !== fingerprint)
      for (const { id } of page) if (held.has(id)) there.add(id)
      if (changed.length === 0) continue
      await take(changed.map(({ id }) => id))
      await catalog.keepFingerprints(new Map(changed.map(({ id, fingerprint }) => [id, fingerprint])))
    }
  }
  const missing = () => known.filter((id) => !there.has(id))
  if (database)
    await takeChanged(database).catch(async (error: Error) => {
      if (!(error instanceof NotComparable)) throw error
      warn?.(`Personalization: all products are read, for what has changed can't be told: ${error.message}`)
      await take()
    })
  else if (!ids) await take()
  await take(missing())
  const gone = missing()
  if (gone.length) await target.removeProducts(gone)
  return { upserted, removed: gone.length }
}
