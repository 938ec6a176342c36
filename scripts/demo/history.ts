import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import {
  generateShoppers,
  simulateHistory,
  type SimProduct,
  type StoreIds,
} from "../../packages/simulator/src"
import { report } from "./progress"
import type { DemoStore } from "./seed-store"

const BATCH = 2_000

/** Ids of the seeded products and variants, in the order of the simulated ones. */
export async function storeIds(
  container: MedusaContainer,
  store: DemoStore,
  products: readonly SimProduct[]
): Promise<StoreIds> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "product",
    fields: ["id", "handle", "variants.id", "variants.sku"],
  })
  const rows = data as { id: string; handle: string; variants: { id: string; sku: string }[] }[]
  const byHandle = new Map(rows.map((product) => [product.handle, product]))
  const productIds = products.map((product) => byHandle.get(product.handle)!.id)
  const variantIds = products.map((product) => {
    const bySku = new Map(
      byHandle.get(product.handle)!.variants.map((variant) => [variant.sku, variant.id] as const)
    )
    return product.variants.map((variant) => bySku.get(variant.sku)!)
  })
  const regions = new Map(store.regions.map((region) => [region.currency, region.id]))
  return {
    product: (index) => productIds[index],
    variant: (index, variant) => variantIds[index][variant],
    region: (currency) => regions.get(currency),
    salesChannel: store.salesChannelId,
  }
}

export interface HistorySize {
  shoppers: number
  days: number
  seed: number
}

/** The slice of the module service that this script works with. */
export interface Personalization {
  engine: { log: { append(events: readonly unknown[]): Promise<{ appended: string[] }> } }
  startTraining(): { id: string }
  runs(): readonly TrainingRun[]
}

interface TrainingRun {
  id: string
  status: string
  stage: string
  progress: number
  version?: string
  error?: { message: string }
}

/** Plays the shoppers' past up to now into the plugin's event log. @returns how many events there are */
export async function loadHistory(
  personalization: Personalization,
  products: readonly SimProduct[],
  ids: StoreIds,
  size: HistorySize
): Promise<number> {
  const events = simulateHistory({
    products,
    shoppers: generateShoppers(size.shoppers, size.seed),
    endsAt: Date.now() - 60_000,
    days: size.days,
    seed: size.seed,
    ids,
  })
  for (let from = 0; from < events.length; from += BATCH) {
    await personalization.engine.log.append(events.slice(from, from + BATCH))
    report("history", Math.min(from + BATCH, events.length), events.length)
  }
  return events.length
}

/** Trains the first models and waits for them. @returns the version that went live */
export async function trainNow(personalization: Personalization): Promise<string> {
  const { id } = personalization.startTraining()
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 250))
    const run = personalization.runs().find((one) => one.id === id)
    if (!run) throw new Error(`the training run ${id} is gone`)
    if (run.status === "succeeded") return run.version ?? ""
    if (run.status !== "running")
      throw new Error(`training ${run.status}: ${run.error?.message ?? run.stage}`)
    report(`training: ${run.stage}`, Math.round(run.progress * 100), 100)
  }
}
