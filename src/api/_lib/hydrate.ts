import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, QueryContext } from "@medusajs/framework/utils"
import { LRUCache } from "lru-cache"
import { PersonalizationError } from "../../services/lib"

/** Where prices are asked for. */
export interface PricesAsked {
  region_id?: string
  currency_code?: string
}

/** What prices are calculated by, as in Medusa's own product routes. */
export interface PriceContext extends PricesAsked {
  currency_code: string
  /** Price lists may hold for groups of customers. */
  customer?: { groups: { id: string }[] }
}

const DEFAULT_FIELDS = ["id", "title", "subtitle", "handle", "thumbnail", "variants.id", "variants.title"]

/** What a storefront may ask for beyond the default: the parts of a product that the store's own routes show. */
const ALLOWED =
  /^\*?(id|title|subtitle|description|handle|thumbnail|collection_id|type_id|weight|created_at|metadata|(variants|options|options\.values|images|tags|collection|type|categories)(\.(id|title|name|value|url|rank|sku|handle|thumbnail|metadata|calculated_price|\*))?)$/

/**
 * The fields to read for `fields=`; without it the default ones.
 * @throws PersonalizationError `invalid_input` that names the first field a shopper may not read
 */
export function productFields(fields: string | undefined): string[] {
  const wanted = (fields ?? "")
    .split(",")
    .map((field) => field.trim())
    .filter(Boolean)
  const refused = wanted.find((field) => !ALLOWED.test(field.replace(/^\+/, "")))
  if (refused !== undefined) {
    const message = `"${refused.slice(0, 60)}" can't be asked for here`
    throw new PersonalizationError("invalid_input", `fields: ${message}`, {
      fields: [{ path: "fields", message }],
    })
  }
  const extra = wanted.map((field) => field.replace(/^\+/, "").replace(/^\*(.+)$/, "$1.*"))
  return [...new Set([...DEFAULT_FIELDS, ...extra.filter((field) => !field.includes("calculated_price"))])]
}

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
  if (!currency) {
    const message = "no such region"
    throw new PersonalizationError("invalid_input", `region_id: ${message}`, {
      fields: [{ path: "region_id", message }],
    })
  }
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

export type HydratedProduct = { id: string } & Record<string, unknown>

/** Published products by id, with `variants.calculated_price` when a price context is there. One query. */
export async function hydrate(
  container: MedusaContainer,
  ids: readonly string[],
  fields: string[],
  prices: PriceContext | undefined
): Promise<Map<string, HydratedProduct>> {
  if (ids.length === 0) return new Map()
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "product",
    fields: prices ? [...fields, "variants.calculated_price.*"] : fields,
    filters: { id: [...ids], status: "published" },
    ...(prices ? { context: { variants: { calculated_price: QueryContext({ ...prices }) } } } : {}),
  })
  return new Map((data as unknown as HydratedProduct[]).map((product) => [product.id, product]))
}
