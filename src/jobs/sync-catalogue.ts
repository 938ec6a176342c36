import type { MedusaContainer } from "@medusajs/framework/types"
import { syncCatalogueWorkflow } from "../workflows"

/** Catches what no event tells of: price lists, reservations, changes made in bulk. */
export default async function syncCatalogue(container: MedusaContainer): Promise<void> {
  await syncCatalogueWorkflow(container).run({ input: {} })
}

export const config = { name: "personalization-sync-catalogue", schedule: "*/10 * * * *" }
