import { addDecayed, days, mergeDecayed, own, valueAt, type Decayed } from "../decay"
import type { Feature } from "../feature"

type State = Readonly<Record<string, Decayed>>

const HALF_LIFE = days(7)
/** Products remembered per shopper, those shown most; some eight lists of twelve. */
const KEPT = 100
/** Shown less often than this, decayed, is as good as not shown. */
const FORGOTTEN = 0.25

function bounded(state: Record<string, Decayed>): State {
  const entries = Object.entries(state)
  if (entries.length <= KEPT) return state
  const newest = Math.max(...entries.map(([, [, ts]]) => ts))
  const strength = (sum: Decayed) => valueAt(sum, newest, HALF_LIFE)
  entries.sort(([, a], [, b]) => strength(b) - strength(a))
  return Object.fromEntries(entries.slice(0, KEPT))
}

/**
 * How often recommendations have shown a product to this shopper since they last cared for it; each time counts half
 * after a week. Whoever clicks on a product, looks at it or takes it is not tired of it: its count begins anew.
 */
export const shownItems: Feature<State, ReadonlyMap<string, number>> = {
  name: "shown_items",
  entity: "shopper",
  events: ["rec_impression", "select_item", "view_item", "add_to_cart", "add_to_wishlist", "purchase"],
  initial: {},
  update: (state, event) => {
    if (event.type !== "rec_impression") {
      const cared = new Set(event.items.map(({ product_id }) => product_id))
      const left = Object.entries(state).filter(([id]) => !cared.has(id))
      return left.length === Object.keys(state).length ? state : Object.fromEntries(left)
    }
    const next = { ...state }
    for (const { product_id } of event.items)
      next[product_id] = addDecayed(own(next, product_id), 1, event.ts, HALF_LIFE)
    return bounded(next)
  },
  read: (state, now) => {
    const counts = new Map<string, number>()
    for (const [id, sum] of Object.entries(state)) {
      const count = valueAt(sum, now, HALF_LIFE)
      if (count >= FORGOTTEN) counts.set(id, count)
    }
    return counts
  },
  merge: (into, from) => {
    const merged: Record<string, Decayed> = { ...into }
    for (const [id, sum] of Object.entries(from)) merged[id] = mergeDecayed(own(into, id), sum, HALF_LIFE)
    return bounded(merged)
  },
}
