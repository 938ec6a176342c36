import type { RemoteQueryFunction } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { createStep, createWorkflow, StepResponse, WorkflowResponse } from "@medusajs/framework/workflows-sdk"
import type PersonalizationModuleService from "../../modules/personalization/service"
import { syncProducts } from "./sync-products"

export interface SyncCatalogueInput {
  /** Only these products; without them the whole catalogue, and what is gone from the store is removed. */
  ids?: string[]
  /** Reads every product, not only those of which something has changed in the store's tables. */
  whole?: boolean
}

const syncStep = createStep(
  "personalization-sync-products",
  async ({ ids, whole }: SyncCatalogueInput, { container }) => {
    const query = container.resolve<RemoteQueryFunction>(ContainerRegistrationKeys.QUERY)
    const personalization = container.resolve<PersonalizationModuleService>("personalization")
    const { costPriceList } = personalization.engine.options.ranking
    const logger = container.resolve(ContainerRegistrationKeys.LOGGER)
    const warn = (message: string) => logger.warn(message)
    const database = ids || whole ? undefined : container.resolve(ContainerRegistrationKeys.PG_CONNECTION)
    return new StepResponse(
      await syncProducts(query, personalization, { ids, database, costPriceList, warn })
    )
  }
)

/** Brings the recommender's view of products in step with the store's. Idempotent, so it needs no compensation. */
export const syncCatalogueWorkflow = createWorkflow(
  "personalization-sync-catalogue",
  (input: SyncCatalogueInput) => new WorkflowResponse(syncStep(input))
)
