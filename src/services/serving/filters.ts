import type { Catalog, Shopper } from "../features"
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

/** The test whether a product may be shown in this list. Products the catalogue does not know may not. */
export function mayShow(input: FilterInput): (id: string) => boolean {
  const { catalog, context } = input
  const { filters } = input.placement
  const out = new Set(input.exclude)
  if (filters.notInCart) for (const id of input.cart) out.add(id)
  if (filters.notSeeds) for (const id of input.seeds) out.add(id)
  if (filters.notBoughtDays > 0) {
    const since = context.now - filters.notBoughtDays * DAY_MS
    for (const { productId, type, ts } of input.shopper.recent) {
      if (type === "purchase" && ts >= since) out.add(productId)
    }
  }
  const channels = context.salesChannelIds
  return (id) => {
    if (out.has(id)) return false
    const product = catalog.get(id)
    if (!product || product.status !== "published") return false
    if (filters.inStock && !product.inStock) return false
    return channels.length === 0 || product.salesChannelIds.some((channel) => channels.includes(channel))
  }
}
