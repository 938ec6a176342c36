import { addDecayed, days, valueAt, type Decayed } from "../decay"
import type { Feature } from "../feature"

const KINDS: Readonly<Record<string, keyof State>> = {
  view_item: "views",
  add_to_cart: "carts",
  purchase: "purchases",
}

interface State {
  views?: Decayed
  carts?: Decayed
  purchases?: Decayed
}

const HALF_LIFE = days(7)

/** Views, cart additions and purchases of a product; each counts half after a week. */
export const itemPopularity: Feature<State, { views: number; carts: number; purchases: number }> = {
  name: "item_popularity",
  entity: "item",
  events: Object.keys(KINDS),
  initial: {},
  update: (state, { type, ts }) => {
    const kind = KINDS[type]
    return { ...state, [kind]: addDecayed(state[kind], 1, ts, HALF_LIFE) }
  },
  read: (state, now) => ({
    views: valueAt(state.views, now, HALF_LIFE),
    carts: valueAt(state.carts, now, HALF_LIFE),
    purchases: valueAt(state.purchases, now, HALF_LIFE),
  }),
}
