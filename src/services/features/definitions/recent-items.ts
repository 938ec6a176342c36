import type { Feature } from "../feature"

export interface RecentItem {
  productId: string
  type: string
  ts: number
}

type State = readonly RecentItem[]

const KEPT = 50

/**
 * Adds one item to items that are oldest first, each product and type once, so that a product looked at
 * twice takes one place. Almost every event is the newest, so the place is sought from the end.
 */
function put(items: RecentItem[], item: RecentItem): void {
  const held = items.findIndex((one) => one.productId === item.productId && one.type === item.type)
  if (held >= 0 && items[held].ts > item.ts) return
  if (held >= 0) items.splice(held, 1)
  let place = items.length
  while (place > 0 && items[place - 1].ts > item.ts) place--
  items.splice(place, 0, item)
}

const recent = (name: string, events: readonly string[], limit: number): Feature<State, State> => ({
  name,
  entity: "shopper",
  events,
  initial: [],
  update: (state, event) => {
    const items = [...state]
    for (const { product_id } of event.items)
      put(items, { productId: product_id, type: event.type, ts: event.ts })
    return items.slice(-limit)
  },
  read: (state) => state,
  merge: (into, from) => {
    const items = [...into]
    for (const item of from) put(items, item)
    return items.slice(-limit)
  },
})

/** The last 50 products a shopper dealt with, with what was done. */
export const recentItems = recent(
  "recent_items",
  ["view_item", "add_to_cart", "add_to_wishlist", "rating", "dislike"],
  KEPT
)

/** Purchases have a list of their own, for a morning's browsing must not push them out. */
export const recentPurchases = recent("recent_purchases", ["purchase"], 200)
