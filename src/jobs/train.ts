import type { MedusaContainer } from "@medusajs/framework/types"
import type PersonalizationModuleService from "../modules/personalization/service"
import { syncCatalogueWorkflow } from "../workflows"

/** Trains on the newest history, on a catalogue that was read as a whole. */
export default async function train(container: MedusaContainer): Promise<void> {
  await syncCatalogueWorkflow(container).run({ input: { whole: true } })
  const personalization = container.resolve<PersonalizationModuleService>("personalization")
  personalization.startTraining()
  await personalization.engine.training.idle()
}

export const config = {
  name: "personalization-train",
  schedule: process.env.PERSONALIZATION_TRAIN_SCHEDULE || "0 3 * * *",
}
