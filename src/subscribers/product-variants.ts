import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { syncCatalogueWorkflow } from "../workflows"

/** A variant's price, option or existence belongs to its product's document. */
export default async function productVariants({
  event,
  container,
}: SubscriberArgs<{ id: string }>): Promise<void> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "product_variant",
    fields: ["product_id"],
    filters: { id: event.data.id },
    withDeleted: true,
  })
  const productId = data[0]?.product_id
  if (productId) await syncCatalogueWorkflow(container).run({ input: { ids: [productId] } })
}

export const config: SubscriberConfig = {
  event: ["product-variant.created", "product-variant.updated", "product-variant.deleted"],
}
