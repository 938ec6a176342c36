import type { RemoteQueryFunction } from "@medusajs/framework/types"
import { getTotalVariantAvailability } from "@medusajs/framework/utils"
import type { Product } from "../../services/features"
import { readCosts, type CostList } from "./read-costs"

/**
 * Medusa's serializer goes through all products of a page for each of them where they share tags or categories: 200 held
 * the event loop for 500 ms, 20 hold it for 17 and take no longer in all.
 */
const PAGE = 20

export const FIELDS = [
  "id",
  "title",
  "subtitle",
  "description",
  "handle",
  "thumbnail",
  "status",
  "metadata",
  "created_at",
  "updated_at",
  "categories.id",
  "categories.name",
  "collection.title",
  "type.value",
  "tags.value",
  "options.title",
  "options.values.value",
  "sales_channels.id",
  "variants.id",
  "variants.metadata",
  "variants.manage_inventory",
  "variants.allow_backorder",
  "variants.prices.amount",
  "variants.prices.currency_code",
  "variants.price_set.id",
]

/** The slice of a Medusa product read by FIELDS; every relation may be missing. */
interface ProductRow {
  id: string
  title: string
  subtitle?: string | null
  description?: string | null
  handle?: string | null
  thumbnail?: string | null
  status: string
  metadata?: Record<string, unknown> | null
  created_at: string | Date
  updated_at: string | Date
  categories?: { id: string; name: string }[] | null
  collection?: { title?: string } | null
  type?: { value?: string } | null
  tags?: { value: string }[] | null
  options?: { title: string; values?: { value: string }[] | null }[] | null
  sales_channels?: { id: string }[] | null
  variants?:
    | {
        id: string
        metadata?: Record<string, unknown> | null
        manage_inventory?: boolean
        allow_backorder?: boolean
        prices?: { amount: number; currency_code: string }[] | null
        price_set?: { id: string } | null
      }[]
    | null
}

type Availability = Record<string, { availability: number | null }>

/** What the shop pays for a piece, as the metadata says it under `cost`, in major units of the store's currency. */
function costIn(metadata: Record<string, unknown> | null | undefined): number | undefined {
  const said = metadata?.cost
  if (said === undefined || said === null || said === "") return undefined
  const cost = Number(said)
  return Number.isFinite(cost) && cost >= 0 ? cost : undefined
}

/** Rounded down to one. */
const powerOfTwo = (count: number) => (count < 1 ? 0 : 2 ** Math.floor(Math.log2(count)))

export interface ToProductOptions {
  /** The store's default. */
  currency?: string
  /** Costs out of price lists, by price set, in that currency. */
  costs?: ReadonlyMap<string, number>
}

/**
 * A Medusa product as the engine sees it. Prices are the lowest of each variant in `currency`, else in any; costs are
 * those of the price lists, else of the metadata, and are left out where the price is in another currency.
 */
export function toProduct(
  row: ProductRow,
  availability: Availability,
  { currency, costs }: ToProductOptions = {}
): Product {
  const variants = (row.variants ?? []).map((variant) => {
    const prices = variant.prices ?? []
    const own = prices.filter((price) => !currency || price.currency_code === currency)
    const amounts = (own.length ? own : prices).map((price) => Number(price.amount)).filter(Number.isFinite)
    const managed = variant.manage_inventory !== false && !variant.allow_backorder
    const foreign = prices.length > 0 && own.length === 0
    const cost = foreign
      ? undefined
      : (costs?.get(variant.price_set?.id ?? "") ?? costIn(variant.metadata) ?? costIn(row.metadata))
    const stock = availability[variant.id]?.availability
    return {
      id: variant.id,
      available: !managed || (availability[variant.id]?.availability ?? 0) > 0,
      price: amounts.length ? Math.min(...amounts) : undefined,
      ...(cost !== undefined && { cost }),
      ...(managed && stock != null && { stock: powerOfTwo(stock) }),
    }
  })
  const prices = variants.map((variant) => variant.price).filter((price) => price !== undefined)
  return {
    id: row.id,
    title: row.title,
    subtitle: row.subtitle ?? undefined,
    description: row.description ?? undefined,
    handle: row.handle ?? undefined,
    thumbnail: row.thumbnail ?? undefined,
    status: row.status,
    categories: (row.categories ?? []).map(({ id, name }) => ({ id, name })),
    collection: row.collection?.title,
    type: row.type?.value,
    tags: (row.tags ?? []).map((tag) => tag.value),
    options: Object.fromEntries(
      (row.options ?? []).map((option) => [option.title, (option.values ?? []).map((value) => value.value)])
    ),
    salesChannelIds: (row.sales_channels ?? []).map((channel) => channel.id),
    variants,
    inStock: variants.some((variant) => variant.available),
    price: prices.length ? Math.min(...prices) : undefined,
    metadata: row.metadata ?? undefined,
    createdAt: new Date(row.created_at).getTime(),
    updatedAt: new Date(row.updated_at).getTime(),
  }
}

/** By the last id seen, not by a count to skip, which would pass over products when others before them go. */
async function* rowsOf(query: RemoteQueryFunction, ids?: readonly string[]): AsyncGenerator<ProductRow[]> {
  const read = async (filters: object) => {
    const pagination = { take: PAGE, order: { id: "ASC" as const } }
    const { data } = await query.graph({ entity: "product", fields: FIELDS, filters, pagination })
    return data as unknown as ProductRow[]
  }
  if (ids) {
    for (let i = 0; i < ids.length; i += PAGE) yield await read({ id: ids.slice(i, i + PAGE) })
    return
  }
  let rows = await read({})
  while (rows.length > 0) {
    yield rows
    rows = rows.length < PAGE ? [] : await read({ id: { $gt: rows[rows.length - 1].id } })
  }
}

/** Reads products page by page: all of them, or those of `ids` (each once) that exist. */
export async function* readProducts(
  query: RemoteQueryFunction,
  { ids, currency, costList }: { ids?: readonly string[]; currency?: string; costList?: CostList } = {}
): AsyncGenerator<Product[]> {
  for await (const rows of rowsOf(query, ids)) {
    const variants = rows.flatMap((row) => row.variants ?? [])
    const variantIds = variants.map(({ id }) => id)
    const availability = variantIds.length
      ? await getTotalVariantAvailability(query as never, { variant_ids: variantIds })
      : {}
    const priceSets = variants.flatMap(({ price_set }) => price_set?.id ?? [])
    const costs = costList && (await readCosts(query, costList, priceSets))
    yield rows.map((row) => toProduct(row, availability, { currency, costs }))
  }
}
