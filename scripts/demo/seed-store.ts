import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, Modules } from "@medusajs/framework/utils"
import {
  createLocationFulfillmentSetWorkflow,
  createRegionsWorkflow,
  createShippingOptionsWorkflow,
  createShippingProfilesWorkflow,
  createStockLocationsWorkflow,
  createTaxRegionsWorkflow,
  linkSalesChannelsToStockLocationWorkflow,
  updateStoresWorkflow,
} from "@medusajs/medusa/core-flows"

/** What the rest of the demo needs to know of the store. */
export interface DemoStore {
  salesChannelId: string
  stockLocationId: string
  shippingProfileId: string
  publishableKey: string
  regions: { id: string; currency: string; countries: string[] }[]
}

const REGIONS = [
  { name: "Europe", currency_code: "eur", countries: ["de", "fr", "nl", "es", "it"] },
  { name: "United States", currency_code: "usd", countries: ["us"] },
]
const VAT: Record<string, number> = { de: 19, fr: 20, nl: 21, es: 21, it: 22, us: 0 }

/** Regions with payment and tax, a warehouse, and shipping, for the store that Medusa creates at its first boot. */
export async function seedStore(container: MedusaContainer): Promise<DemoStore> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data: stores } = await query.graph({ entity: "store", fields: ["id", "default_sales_channel_id"] })
  const store = stores[0]
  const salesChannelId = store.default_sales_channel_id!
  const { data: keys } = await query.graph({
    entity: "api_key",
    fields: ["token", "type"],
    filters: { type: "publishable" },
  })

  const regions = await createRegionsWorkflow(container).run({
    input: { regions: REGIONS.map((region) => ({ ...region, payment_providers: ["pp_system_default"] })) },
  })
  await createTaxRegionsWorkflow(container).run({
    input: Object.entries(VAT).map(([country, rate]) => ({
      country_code: country,
      provider_id: "tp_system",
      default_tax_rate: { name: "VAT", rate, code: `${country}-vat` },
    })),
  })
  const locations = await createStockLocationsWorkflow(container).run({
    input: {
      locations: [
        { name: "Warehouse", address: { address_1: "Speicherstr. 1", city: "Hamburg", country_code: "de" } },
      ],
    },
  })
  const stockLocationId = locations.result[0].id
  await linkSalesChannelsToStockLocationWorkflow(container).run({
    input: { id: stockLocationId, add: [salesChannelId] },
  })
  await updateStoresWorkflow(container).run({
    input: {
      selector: { id: store.id },
      update: {
        name: "Fieldnotes",
        supported_currencies: [{ currency_code: "eur", is_default: true }, { currency_code: "usd" }],
        default_region_id: regions.result[0].id,
        default_location_id: stockLocationId,
      },
    },
  })
  const shippingProfileId = await seedShipping(container, stockLocationId)
  return {
    salesChannelId,
    stockLocationId,
    shippingProfileId,
    publishableKey: keys[0].token,
    regions: regions.result.map((region, index) => ({
      id: region.id,
      currency: region.currency_code,
      countries: REGIONS[index].countries,
    })),
  }
}

async function seedShipping(container: MedusaContainer, stockLocationId: string): Promise<string> {
  const link = container.resolve(ContainerRegistrationKeys.LINK)
  const fulfillment = container.resolve(Modules.FULFILLMENT)
  await link.create({
    [Modules.STOCK_LOCATION]: { stock_location_id: stockLocationId },
    [Modules.FULFILLMENT]: { fulfillment_provider_id: "manual_manual" },
  })
  await createLocationFulfillmentSetWorkflow(container).run({
    input: { location_id: stockLocationId, fulfillment_set_data: { name: "Parcel", type: "shipping" } },
  })
  const [set] = await fulfillment.listFulfillmentSets({ name: "Parcel" })
  const zone = await fulfillment.createServiceZones({
    name: "Everywhere we sell",
    fulfillment_set_id: set.id,
    geo_zones: Object.keys(VAT).map((country) => ({ type: "country" as const, country_code: country })),
  })
  const [existing] = await fulfillment.listShippingProfiles({ type: "default" })
  const profile =
    existing ??
    (
      await createShippingProfilesWorkflow(container).run({
        input: { data: [{ name: "Default", type: "default" }] },
      })
    ).result[0]
  const option = (name: string, code: string, description: string, eur: number, usd: number) => ({
    name,
    price_type: "flat" as const,
    provider_id: "manual_manual",
    service_zone_id: zone.id,
    shipping_profile_id: profile.id,
    type: { label: name, description, code },
    prices: [
      { currency_code: "eur", amount: eur },
      { currency_code: "usd", amount: usd },
    ],
    rules: [
      { attribute: "enabled_in_store", operator: "eq" as const, value: "true" },
      { attribute: "is_return", operator: "eq" as const, value: "false" },
    ],
  })
  await createShippingOptionsWorkflow(container).run({
    input: [
      option("Standard", "standard", "Three to four days", 4.9, 5.9),
      option("Express", "express", "The next day", 9.9, 12.9),
    ],
  })
  return profile.id
}
