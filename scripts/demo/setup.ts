/**
 * Fills the migrated, empty store of the demo: run by `scripts/start.mjs` as a `medusa exec` script.
 * Writes what the storefront and the trickle need to know to the file named by DEMO_SHOP_FILE.
 */
import fs from "node:fs"
import type { ExecArgs } from "@medusajs/framework/types"
import { Modules } from "@medusajs/framework/utils"
import { generateProducts } from "../../packages/simulator/src"
import { loadHistory, storeIds, trainNow, type Personalization } from "./history"
import { report } from "./progress"
import { seedCatalogue } from "./seed-catalogue"
import { seedPeople } from "./seed-people"
import { seedStore } from "./seed-store"

const required = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; this script is run by scripts/start.mjs`)
  return value
}

export default async function setup({ container }: ExecArgs): Promise<void> {
  const size = {
    shoppers: Number(process.env.DEMO_SHOPPERS ?? 2_400),
    days: Number(process.env.DEMO_DAYS ?? 60),
    seed: Number(process.env.DEMO_SEED ?? 1),
  }
  const shopFile = required("DEMO_SHOP_FILE")
  const admin = { email: required("DEMO_ADMIN_EMAIL"), password: required("DEMO_ADMIN_PASSWORD") }
  const shopper = { email: required("DEMO_SHOPPER_EMAIL"), password: required("DEMO_SHOPPER_PASSWORD") }

  const bus = container.resolve(Modules.EVENT_BUS)
  const release = bus.releaseGroupedEvents
  // The subscribers would sync product by product; the whole catalogue is synced at once below.
  bus.releaseGroupedEvents = (group) => bus.clearGroupedEvents(group)
  report("regions, shipping, tax and payment")
  const store = await seedStore(container)
  await seedPeople(container, admin, shopper)
  const products = generateProducts(size.seed)
  await seedCatalogue(container, store, products)
  bus.releaseGroupedEvents = release

  report("catalogue of the plugin")
  await container.resolve(Modules.WORKFLOW_ENGINE).run("personalization-sync-catalogue", { input: {} })
  const ids = await storeIds(container, store, products)
  const personalization = container.resolve<Personalization>("personalization")
  const events = await loadHistory(personalization, products, ids, size)
  const version = await trainNow(personalization)

  const shop = {
    publishableKey: store.publishableKey,
    regions: store.regions,
    products: products.map((product, index) => ({
      id: ids.product(index),
      handle: product.handle,
      variants: product.variants.map((_, variant) => ids.variant(index, variant)),
      // For the checks of `--once`: a product with a planted partner, in a variant that can be bought.
      complement: product.latent.complement,
      inStock: product.variants.flatMap((one, variant) =>
        one.stock > 0 ? [ids.variant(index, variant)] : []
      )[0],
    })),
    ...size,
    events,
    version,
  }
  fs.writeFileSync(shopFile, JSON.stringify(shop))
  report("done")
}
