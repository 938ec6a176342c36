import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import type PersonalizationModuleService from "../modules/personalization/service"
import { syncCatalogueWorkflow } from "../workflows"

/**
 * What a price list says that a piece costs the shop belongs to its product. Of other prices this says nothing: Medusa
 * tells of a product's own with the product.
 */
export default async function prices({ event, container }: SubscriberArgs<{ id: string }>): Promise<void> {
  const { engine } = container.resolve<PersonalizationModuleService>("personalization")
  const { costPriceList } = engine.options.ranking
  if (costPriceList === undefined) return
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "price",
    fields: ["price_list.id", "price_list.title", "price_set.variant.product_id"],
    filters: { id: event.data.id },
    withDeleted: true,
  })
  const { price_list: list, price_set: set } = data[0] ?? {}
  if (list?.id !== costPriceList && list?.title !== costPriceList) return
  const productId = set?.variant?.product_id
  if (productId) await syncCatalogueWorkflow(container).run({ input: { ids: [productId] } })
}

export const config: SubscriberConfig = {
  event: ["pricing.price.created", "pricing.price.updated", "pricing.price.deleted"],
}
