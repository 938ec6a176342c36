import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"
import { lineItemFact } from "../workflows/facts/shop-facts"
import { submitFact } from "../workflows/facts/submit"

export default async function cartLines({ event, container }: SubscriberArgs<{ id: string }>): Promise<void> {
  const type = event.name.endsWith("deleted") ? "remove_from_cart" : "add_to_cart"
  await submitFact(container, (query) => lineItemFact(query, event.data.id, type))
}

export const config: SubscriberConfig = {
  event: ["cart.line-item.created", "cart.line-item.deleted"],
}
