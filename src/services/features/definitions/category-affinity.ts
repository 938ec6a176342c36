import { addDecayed, days, mergeDecayed, own, valueAt, type Decayed } from "../decay"
import type { ShopEvent } from "../../events"
import type { Feature } from "../feature"

type State = Readonly<Record<string, Decayed>>

const HALF_LIFE = days(14)
/** Categories remembered per shopper. */
const KEPT = 100

const WEIGHTS: Readonly<Record<string, number>> = {
  view_item: 1,
  select_item: 0.5,
  add_to_wishlist: 2,
  add_to_cart: 3,
  purchase: 5,
  like: 3,
  dislike: -3,
}

/** A rating of 3 says nothing, 5 as much as a cart, 1 as much as a dislike. */
function weightOf(event: ShopEvent): number {
  if (event.type !== "rating") return WEIGHTS[event.type] ?? 0
  return (Number(event.properties?.rating ?? 3) - 3) * 1.5
}

function bounded(state: Record<string, Decayed>): State {
  const entries = Object.entries(state)
  if (entries.length <= KEPT) return state
  const newest = Math.max(...entries.map(([, [, ts]]) => ts))
  const strength = (sum: Decayed) => Math.abs(valueAt(sum, newest, HALF_LIFE))
  entries.sort(([, a], [, b]) => strength(b) - strength(a))
  return Object.fromEntries(entries.slice(0, KEPT))
}

/** Liking of categories, 0–1 with the most liked at 1; half is forgotten in two weeks. */
export const categoryAffinity: Feature<State, ReadonlyMap<string, number>> = {
  name: "category_affinity",
  entity: "shopper",
  events: [...Object.keys(WEIGHTS), "rating"],
  initial: {},
  update: (state, event, _id, lookups) => {
    const weight = weightOf(event)
    const next: Record<string, Decayed> = { ...state }
    for (const { product_id } of event.items)
      for (const category of lookups.categoriesOf(product_id))
        next[category] = addDecayed(own(next, category), weight, event.ts, HALF_LIFE)
    return bounded(next)
  },
  read: (state, now) => {
    const liking = new Map<string, number>()
    let top = 0
    for (const id of Object.keys(state)) {
      const value = valueAt(state[id], now, HALF_LIFE)
      if (value > 0) liking.set(id, value)
      if (value > top) top = value
    }
    for (const [id, value] of liking) liking.set(id, value / top)
    return liking
  },
  merge: (into, from) => {
    const merged: Record<string, Decayed> = { ...into }
    for (const [id, sum] of Object.entries(from)) merged[id] = mergeDecayed(own(into, id), sum, HALF_LIFE)
    return bounded(merged)
  },
}
