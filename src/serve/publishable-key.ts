import type { Shop } from "../api/_lib/desk"
import { headerOf, type Headers } from "../services/context"
import { HttpError } from "./http-error"

const HEADER = "x-publishable-api-key"

/**
 * The publishable key of the header with its sales channels.
 * @throws HttpError 400 with Medusa's words when it is missing, unknown or revoked
 * @throws PersonalizationError `unavailable` when the key is not known here and can't be read
 */
export async function channelsOfHeader(
  headers: Headers,
  shop: Pick<Shop, "channelsOfKey">
): Promise<{ key: string; channels: readonly string[] }> {
  const key = headerOf(headers, HEADER)
  if (!key) {
    const where = `Publishable API key required in the request header: ${HEADER}.`
    throw new HttpError(400, `${where} You can manage your keys in settings in the dashboard.`, "not_allowed")
  }
  const channels = await shop.channelsOfKey(key)
  if (!channels) {
    throw new HttpError(400, "A valid publishable key is required to proceed with the request", "not_allowed")
  }
  return { key, channels }
}
