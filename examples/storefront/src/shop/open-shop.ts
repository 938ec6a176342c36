import { createClient, type PersonalizationClient } from "@medusa-personalization/storefront"
import Medusa from "@medusajs/js-sdk"
import type { HttpTypes } from "@medusajs/types"
import type { ShopConfig } from "../config"

/** What every page needs and what stays the same while the page is open. */
export interface Shop {
  sdk: Medusa
  personalization: PersonalizationClient
  region: HttpTypes.StoreRegion
  categories: HttpTypes.StoreProductCategory[]
}

/** Connects to the store. Throws when it cannot be reached or sells in no region. */
export async function openShop({ backendUrl, publishableKey, regionId }: ShopConfig): Promise<Shop> {
  const sdk = new Medusa({ baseUrl: backendUrl, publishableKey, auth: { type: "jwt" } })
  const personalization = createClient({ baseUrl: backendUrl, publishableKey })
  const [{ regions }, { product_categories: categories }] = await Promise.all([
    sdk.store.region.list({ fields: "id,name,currency_code,*countries" }),
    sdk.store.category.list({ fields: "id,name,handle", limit: 50 }),
  ])
  const region = regions.find(({ id }) => id === regionId) ?? regions[0]
  if (!region)
    throw new Error("The store has no region yet: add one in Medusa Admin under Settings → Regions.")
  // Before anything is shown, so that the first lists are those of the customer; see useCustomerState.
  const token = await sdk.client.getToken()
  if (token) void personalization.login(token)
  personalization.setContext({ region_id: region.id, currency: region.currency_code })
  return { sdk, personalization, region, categories }
}
