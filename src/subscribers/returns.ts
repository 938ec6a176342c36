import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"
import { returnFact } from "../workflows/facts/shop-facts"
import { submitFact } from "../workflows/facts/submit"

export default async function returns({
  event,
  container,
}: SubscriberArgs<{ order_id: string; return_id: string }>): Promise<void> {
  await submitFact(container, (query) => returnFact(query, event.data.order_id, event.data.return_id))
}

export const config: SubscriberConfig = { event: "order.return_received" }
