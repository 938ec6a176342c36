import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { LRUCache } from "lru-cache"
import type { Shop } from "./desk"
import { hydrate, priceContext } from "./hydrate"

/** Key → its sales channels; a revoked key is refused within a minute. */
const channels = new LRUCache<string, readonly string[]>({ max: 1_000, ttl: 60_000 })

async function channelsOfKey(
  container: MedusaContainer,
  key: string
): Promise<readonly string[] | undefined> {
  const known = channels.get(key)
  if (known) return known
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "api_key",
    fields: ["id", "revoked_at", "sales_channels_link.sales_channel_id"],
    filters: { token: key, type: "publishable" },
  })
  const found = data[0] as unknown as
    { revoked_at?: string | null; sales_channels_link?: { sales_channel_id: string }[] } | undefined
  if (!found || (found.revoked_at && new Date(found.revoked_at).getTime() <= Date.now())) return undefined
  const ids = (found.sales_channels_link ?? []).map((link) => link.sales_channel_id)
  channels.set(key, ids)
  return ids
}

async function cartProducts(container: MedusaContainer, cartId: string): Promise<string[] | undefined> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "cart",
    fields: ["id", "items.product_id"],
    filters: { id: cartId },
  })
  if (data.length === 0) return undefined
  const items = (data[0].items ?? []) as ({ product_id?: string | null } | null)[]
  return items.flatMap((item) => (item?.product_id ? [item.product_id] : []))
}

/** The shop as Medusa's own query tells of it. */
export function medusaShop(container: MedusaContainer): Shop {
  return {
    channelsOfKey: (key) => channelsOfKey(container, key),
    cartProducts: (cartId) => cartProducts(container, cartId),
    priceContext: (asked, customerId) => priceContext(container, asked, customerId),
    products: (ids, fields, prices) => hydrate(container, ids, fields, prices),
  }
}
