import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"
import type PersonalizationModuleService from "../modules/personalization/service"
import { syncCatalogueWorkflow } from "../workflows"

export default async function products({ event, container }: SubscriberArgs<{ id: string }>): Promise<void> {
  const { id } = event.data
  if (event.name === "product.deleted") {
    await container.resolve<PersonalizationModuleService>("personalization").removeProducts([id])
    return
  }
  await syncCatalogueWorkflow(container).run({ input: { ids: [id] } })
}

export const config: SubscriberConfig = {
  event: ["product.created", "product.updated", "product.deleted"],
}
