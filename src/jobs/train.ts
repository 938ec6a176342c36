import type { MedusaContainer } from "@medusajs/framework/types"
import type PersonalizationModuleService from "../modules/personalization/service"
import { syncCatalogueWorkflow } from "../workflows"

/** Trains on the newest history, on an up-to-date catalogue. */
export default async function train(container: MedusaContainer): Promise<void> {
  await syncCatalogueWorkflow(container).run({ input: {} })
  const personalization = container.resolve<PersonalizationModuleService>("personalization")
  personalization.startTraining()
  await personalization.engine.training.idle()
}

export const config = {
  name: "personalization-train",
  schedule: process.env.PERSONALIZATION_TRAIN_SCHEDULE || "0 3 * * *",
}
