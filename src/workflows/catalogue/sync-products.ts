import type { RemoteQueryFunction } from "@medusajs/framework/types"
import type PersonalizationModuleService from "../../modules/personalization/service"
import { readProducts } from "./read-products"

/** The recommender's side of a synchronisation. */
export type SyncTarget = Pick<PersonalizationModuleService, "syncProducts" | "removeProducts"> & {
  engine: { catalog: { all(): Iterable<{ id: string }> } }
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

/**
 * Brings `target` in step with the store: the products of `ids`, or all. Removed is only what was known before
 * the reading began and what the store doesn't return when it is asked for it by id.
 */
export async function syncProducts(
  query: RemoteQueryFunction,
  target: SyncTarget,
  ids?: readonly string[]
): Promise<SyncResult> {
  const known = [...new Set(ids ?? Array.from(target.engine.catalog.all(), ({ id }) => id))]
  const currency = await defaultCurrency(query)
  const seen = new Set<string>()
  const take = async (wanted?: readonly string[]) => {
    for await (const products of readProducts(query, { ids: wanted, currency })) {
      await target.syncProducts(products)
      for (const { id } of products) seen.add(id)
    }
  }
  const missing = () => known.filter((id) => !seen.has(id))
  if (!ids) await take()
  await take(missing())
  const gone = missing()
  if (gone.length) await target.removeProducts(gone)
  return { upserted: seen.size, removed: gone.length }
}
