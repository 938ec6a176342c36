import type { RemoteQueryFunction } from "@medusajs/framework/types"

interface PriceRow {
  amount: number
  price_set_id: string
  min_quantity?: number | null
  rules_count?: number | null
}

/** A Medusa price list whose prices say what the shop pays. */
export interface CostList {
  /** Of all lists that are meant: a title need not be the only one of its kind. */
  ids: string[]
  /** Medusa's code of the currency that costs are taken in. */
  currency: string
}

/** The lists with this id or title; undefined where there is none. */
export async function findCostList(
  query: RemoteQueryFunction,
  idOrTitle: string,
  currency: string
): Promise<(CostList & { active: boolean }) | undefined> {
  const { data } = await query.graph({
    entity: "price_list",
    fields: ["id", "status"],
    filters: { $or: [{ id: idOrTitle }, { title: idOrTitle }] } as object,
  })
  if (data.length === 0) return undefined
  return {
    ids: data.map(({ id }) => id as string),
    currency,
    active: data.some(({ status }) => status === "active"),
  }
}

/**
 * Cost of one piece by price set, major units. Prices of other currencies are not converted, those of a region or a
 * group of customers are no cost, and of prices by quantity that of the smallest counts.
 */
export async function readCosts(
  query: RemoteQueryFunction,
  { ids, currency }: CostList,
  priceSetIds: readonly string[]
): Promise<Map<string, number>> {
  const costs = new Map<string, number>()
  if (priceSetIds.length === 0) return costs
  const { data } = await query.graph({
    entity: "price",
    fields: ["amount", "price_set_id", "min_quantity", "rules_count"],
    filters: { price_list_id: ids, price_set_id: [...priceSetIds], currency_code: currency } as object,
  })
  const quantities = new Map<string, number>()
  for (const { amount, price_set_id: id, min_quantity, rules_count } of data as unknown as PriceRow[]) {
    const cost = Number(amount)
    if ((rules_count ?? 0) > 0 || !Number.isFinite(cost) || cost < 0) continue
    const quantity = Number(min_quantity ?? 0)
    const known = quantities.get(id) ?? Infinity
    if (quantity > known || (quantity === known && cost >= costs.get(id)!)) continue
    quantities.set(id, quantity)
    costs.set(id, cost)
  }
  return costs
}
