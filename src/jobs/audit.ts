import type { MedusaContainer } from "@medusajs/framework/types"
import type PersonalizationModuleService from "../modules/personalization/service"

/** Once a day: are the lists varied, do they show the whole catalogue, does one brand have them all? */
export default async function audit(container: MedusaContainer): Promise<void> {
  await container.resolve<PersonalizationModuleService>("personalization").engine.audit()
}

export const config = { name: "personalization-audit", schedule: "45 2 * * *" }
