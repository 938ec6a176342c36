import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"
import { orderFact } from "../workflows/facts/shop-facts"
import { submitFact } from "../workflows/facts/submit"
import { syncCatalogueWorkflow } from "../workflows"

/** An order is a purchase, and it changes what is in stock. */
export default async function orders({ event, container }: SubscriberArgs<{ id: string }>): Promise<void> {
  let productIds: string[] = []
  await submitFact(container, async (query) => {
    const fact = await orderFact(query, event.data.id)
    productIds = [...new Set((fact?.items ?? []).map((item) => item.product_id))]
    return fact
  })
  if (productIds.length) await syncCatalogueWorkflow(container).run({ input: { ids: productIds } })
}

export const config: SubscriberConfig = { event: "order.placed" }
