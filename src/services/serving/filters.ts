import type { Catalog, Product, Shopper } from "../features"
import type { RequestContext } from "../context"
import type { Placement } from "./placement"

const DAY_MS = 86_400_000

export interface FilterInput {
  placement: Placement
  catalog: Catalog
  shopper: Shopper
  context: RequestContext
  seeds: readonly string[]
  cart: readonly string[]
  /** Asked to be left out, and shown by other lists of the page. */
  exclude: Iterable<string>
}

/**
 * The test whether a product may be shown in this list: gives the product if so. Never shown are products that
 * the catalogue does not know and those that the shopper dislikes.
 */
export function showable(input: FilterInput): (id: string) => Product | undefined {
  const { catalog, context } = input
  const { filters } = input.placement
  const out = new Set(input.exclude)
  if (filters.notInCart) for (const id of input.cart) out.add(id)
  if (filters.notSeeds) for (const id of input.seeds) out.add(id)
  const boughtSince = context.now - filters.notBoughtDays * DAY_MS
  for (const { productId, type, ts } of input.shopper.recent) {
    if (type === "dislike" || (filters.notBoughtDays > 0 && type === "purchase" && ts > boughtSince))
      out.add(productId)
  }
  const channels = context.salesChannelIds
  return (id) => {
    if (out.has(id)) return undefined
    const product = catalog.get(id)
    if (!product || product.status !== "published") return undefined
    if (filters.inStock && !product.inStock) return undefined
    if (channels.length === 0) return product
    return product.salesChannelIds.some((channel) => channels.includes(channel)) ? product : undefined
  }
}
