import { SHOP_ONLY, type EventType } from "./event-type"

const refusal = "comes from the shop's own orders: a browser cannot prove it, so it is refused there"

/**
 * Money: facts that only the shop knows. Lines of one order share `properties.order_id`, which makes
 * them one basket in training even when an order is split over several events.
 */
export const ORDER: readonly EventType[] = [
  { name: "purchase", aliases: ["Order Completed"], origins: SHOP_ONLY, refusal, needs: ["items"] },
  { name: "refund", aliases: ["Order Refunded"], origins: SHOP_ONLY, refusal, needs: ["items"] },
]
