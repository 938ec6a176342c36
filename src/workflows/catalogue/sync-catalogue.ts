import type { RemoteQueryFunction } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { createStep, createWorkflow, StepResponse, WorkflowResponse } from "@medusajs/framework/workflows-sdk"
import type PersonalizationModuleService from "../../modules/personalization/service"
import { readProducts } from "./read-products"

export interface SyncCatalogueInput {
  /** Only these products; without them the whole catalogue, and what is gone from the store is removed. */
  ids?: string[]
}

const syncStep = createStep(
  "personalization-sync-products",
  async ({ ids }: SyncCatalogueInput, { container }) => {
    const query = container.resolve<RemoteQueryFunction>(ContainerRegistrationKeys.QUERY)
    const personalization = container.resolve<PersonalizationModuleService>("personalization")
    const { data: stores } = await query.graph({
      entity: "store",
      fields: ["supported_currencies.currency_code", "supported_currencies.is_default"],
    })
    const currency = stores[0]?.supported_currencies?.find(
      (entry: { is_default?: boolean } | null) => entry?.is_default
    )?.currency_code
    const seen = new Set<string>()
    for await (const products of readProducts(query, { ids, currency })) {
      await personalization.syncProducts(products)
      for (const product of products) seen.add(product.id)
    }
    const expected = ids ?? [...personalization.engine.catalog.all()].map((product) => product.id)
    const gone = expected.filter((id) => !seen.has(id))
    if (gone.length) await personalization.removeProducts(gone)
    return new StepResponse({ upserted: seen.size, removed: gone.length })
  }
)

/** Brings the recommender's view of products in step with the store's. Idempotent, so it needs no compensation. */
export const syncCatalogueWorkflow = createWorkflow(
  "personalization-sync-catalogue",
  (input: SyncCatalogueInput) => new WorkflowResponse(syncStep(input))
)
