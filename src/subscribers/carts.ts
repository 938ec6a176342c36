import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"
import { cartLoginFact } from "../workflows/facts/shop-facts"
import { submitFact } from "../workflows/facts/submit"

/** A cart that becomes a customer's says that its visitor is that customer. */
export default async function carts({ event, container }: SubscriberArgs<{ id: string }>): Promise<void> {
  await submitFact(container, (query) => cartLoginFact(query, event.data.id))
}

export const config: SubscriberConfig = { event: "cart.customer_transferred" }
