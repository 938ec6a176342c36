import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { LRUCache } from "lru-cache"
import { PersonalizationError } from "../../services/lib"

/** Key → its sales channels; a revoked key is refused within a minute. */
const cache = new LRUCache<string, readonly string[]>({ max: 1_000, ttl: 60_000 })

const refuse = (message: string) =>
  new PersonalizationError("invalid_input", `pk: ${message}`, { fields: [{ path: "pk", message }] })

/**
 * Sales channels of a publishable key that comes in the query, for routes that can't get it in the header.
 * @throws PersonalizationError `invalid_input` when it is missing, unknown or revoked
 */
export async function channelsOfKey(container: MedusaContainer, key: unknown): Promise<readonly string[]> {
  if (typeof key !== "string" || !/^[\w-]{1,200}$/.test(key)) throw refuse("a publishable API key is needed")
  const known = cache.get(key)
  if (known) return known
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "api_key",
    fields: ["id", "revoked_at", "sales_channels_link.sales_channel_id"],
    filters: { token: key, type: "publishable" },
  })
  const found = data[0] as unknown as
    { revoked_at?: string | null; sales_channels_link?: { sales_channel_id: string }[] } | undefined
  if (!found || (found.revoked_at && new Date(found.revoked_at).getTime() <= Date.now())) {
    throw refuse("is not a valid publishable API key")
  }
  const channels = (found.sales_channels_link ?? []).map((link) => link.sales_channel_id)
  cache.set(key, channels)
  return channels
}
