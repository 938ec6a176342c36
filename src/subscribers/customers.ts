import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"
import type PersonalizationModuleService from "../modules/personalization/service"

/** A customer who is deleted from the store is forgotten here as well. */
export default async function customers({ event, container }: SubscriberArgs<{ id: string }>): Promise<void> {
  await container.resolve<PersonalizationModuleService>("personalization").forgetCustomer(event.data.id)
}

export const config: SubscriberConfig = { event: "customer.deleted" }
