import type { Feature } from "../feature"

export interface RecentItem {
  productId: string
  type: string
  ts: number
}

type State = readonly RecentItem[]

const KEPT = 50

/** Newest of each product and type, oldest first, so that a product looked at twice takes one place. */
function keepNewest(items: State, limit: number): State {
  const newest = new Map<string, RecentItem>()
  for (const item of items) {
    const key = `${item.type} ${item.productId}`
    const held = newest.get(key)
    if (!held || held.ts <= item.ts) newest.set(key, item)
  }
  return [...newest.values()].sort((a, b) => a.ts - b.ts).slice(-limit)
}

const recent = (name: string, events: readonly string[], limit: number): Feature<State, State> => ({
  name,
  entity: "shopper",
  events,
  initial: [],
  update: (state, event) =>
    keepNewest(
      [
        ...state,
        ...event.items.map((item) => ({ productId: item.product_id, type: event.type, ts: event.ts })),
      ],
      limit
    ),
  read: (state) => state,
  merge: (into, from) => keepNewest([...from, ...into], limit),
})

/** The last 50 products a shopper dealt with, with what was done. */
export const recentItems = recent(
  "recent_items",
  ["view_item", "add_to_cart", "add_to_wishlist", "rating", "dislike"],
  KEPT
)

/** Purchases have a list of their own, for a morning's browsing must not push them out. */
export const recentPurchases = recent("recent_purchases", ["purchase"], 200)
