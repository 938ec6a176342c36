import type { ShopEvent } from "../../events"
import type { Feature } from "../feature"

export interface RecentItem {
  productId: string
  /** Type of the event; a rating stands there as what it says: `like`, `rating` (so-so) or `dislike`. */
  type: string
  ts: number
}

type State = readonly RecentItem[]

const KEPT = 50

/** What a shopper thinks of a product is what they said last. */
const OPINIONS: readonly string[] = ["like", "rating", "dislike", "not_interested"]

const isSame = (a: RecentItem, b: RecentItem): boolean =>
  a.productId === b.productId &&
  (a.type === b.type || (OPINIONS.includes(a.type) && OPINIONS.includes(b.type)))

function typeOf({ type, properties }: ShopEvent): string {
  if (type !== "rating") return type
  const stars = Number(properties?.rating ?? 3)
  return stars >= 4 ? "like" : stars <= 2 ? "dislike" : "rating"
}

/**
 * Adds one item to items that are oldest first, each product and type once, so that a product looked at
 * twice takes one place. Almost every event is the newest, so the place is sought from the end.
 */
function put(items: RecentItem[], item: RecentItem): void {
  const held = items.findIndex((one) => isSame(one, item))
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
      put(items, { productId: product_id, type: typeOf(event), ts: event.ts })
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
  ["view_item", "add_to_cart", "add_to_wishlist", "rating", "like", "dislike", "not_interested"],
  KEPT
)

/** Purchases have a list of their own, for a morning's browsing must not push them out. */
export const recentPurchases = recent("recent_purchases", ["purchase"], 200)
