import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { syncCatalogueWorkflow } from "../workflows"

/** Stock that comes or goes, or is set aside for an order, decides whether a product may be recommended. */
export default async function stock({ event, container }: SubscriberArgs<{ id: string }>): Promise<void> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data: rows } = await query.graph({
    entity: event.name.includes("reservation-item") ? "reservation_item" : "inventory_level",
    fields: ["inventory_item_id"],
    filters: { id: event.data.id },
    withDeleted: true,
  })
  const itemId = rows[0]?.inventory_item_id
  if (!itemId) return
  const { data: links } = await query.graph({
    entity: "product_variant_inventory_items",
    fields: ["variant.product_id"],
    filters: { inventory_item_id: itemId },
  })
  const ids = [
    ...new Set(links.map((link) => link.variant?.product_id).filter((id) => typeof id === "string")),
  ]
  if (ids.length) await syncCatalogueWorkflow(container).run({ input: { ids } })
}

export const config: SubscriberConfig = {
  event: [
    "inventory.inventory-level.created",
    "inventory.inventory-level.updated",
    "inventory.inventory-level.deleted",
    "inventory.reservation-item.created",
    "inventory.reservation-item.updated",
    "inventory.reservation-item.deleted",
  ],
}
