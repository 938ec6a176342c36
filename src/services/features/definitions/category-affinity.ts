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

/** log2 of how much it counts: at any one moment the same order as the values, without a power of two for each. */
const strength = ([value, ts]: Decayed): number => Math.log2(Math.abs(value)) + ts / HALF_LIFE

function bounded(state: State): State {
  const ids = Object.keys(state)
  if (ids.length <= KEPT) return state
  const strengths = Float64Array.from(ids, (id) => strength(state[id]))
  const least = strengths.toSorted()[ids.length - KEPT]
  // Of those that are as strong as the least that is kept, only as many as there is room for.
  let alike = strengths.reduce((room, one) => (one > least ? room - 1 : room), KEPT)
  return Object.fromEntries(
    ids
      .filter((_, i) => strengths[i] > least || (strengths[i] === least && alike-- > 0))
      .map((id) => [id, state[id]])
  )
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
