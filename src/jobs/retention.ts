import type { MedusaContainer } from "@medusajs/framework/types"
import type PersonalizationModuleService from "../modules/personalization/service"

/** Prepares the partitions of the days to come and drops those past retention. */
export default async function retention(container: MedusaContainer): Promise<void> {
  await container.resolve<PersonalizationModuleService>("personalization").maintain()
}

export const config = { name: "personalization-retention", schedule: "15 * * * *" }
