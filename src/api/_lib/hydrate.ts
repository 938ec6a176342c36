import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, QueryContext } from "@medusajs/framework/utils"
import { LRUCache } from "lru-cache"
import { noSuchRegion, type HydratedProduct, type PriceContext, type PricesAsked } from "./products"

/** Region id → currency code; regions hardly change. */
const currencies = new LRUCache<string, string>({ max: 500, ttl: 60_000 })

async function currencyOf(container: MedusaContainer, regionId: string): Promise<string> {
  const known = currencies.get(regionId)
  if (known) return known
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "region",
    fields: ["id", "currency_code"],
    filters: { id: regionId },
  })
  const currency = data[0]?.currency_code
  if (!currency) throw noSuchRegion()
  currencies.set(regionId, currency)
  return currency
}

async function groupsOf(container: MedusaContainer, customerId: string): Promise<{ id: string }[]> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "customer_group",
    fields: ["id"],
    filters: { customers: { id: customerId } } as object,
  })
  return data.map(({ id }) => ({ id }))
}

/**
 * Makes the price context whole; undefined when neither region nor currency is asked for.
 * @throws PersonalizationError `invalid_input` for an unknown region
 */
export async function priceContext(
  container: MedusaContainer,
  { region_id, currency_code }: PricesAsked,
  customerId?: string
): Promise<PriceContext | undefined> {
  if (!region_id && !currency_code) return undefined
  const [currency, groups] = await Promise.all([
    region_id ? currencyOf(container, region_id) : currency_code!.toLowerCase(),
    customerId ? groupsOf(container, customerId) : undefined,
  ])
  return {
    ...(region_id && { region_id }),
    currency_code: currency,
    ...(groups && { customer: { groups } }),
  }
}

/** Published products by id, with `variants.calculated_price` when a price context is there. One query. */
export async function hydrate(
  container: MedusaContainer,
  ids: readonly string[],
  fields: readonly string[],
  prices: PriceContext | undefined
): Promise<Map<string, HydratedProduct>> {
  if (ids.length === 0) return new Map()
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "product",
    fields: prices ? [...fields, "variants.calculated_price.*"] : [...fields],
    filters: { id: [...ids], status: "published" },
    ...(prices ? { context: { variants: { calculated_price: QueryContext({ ...prices }) } } } : {}),
  })
  return new Map((data as unknown as HydratedProduct[]).map((product) => [product.id, product]))
}
