import { addDecayed, days, own, valueAt, type Decayed } from "../decay"
import type { Feature } from "../feature"

interface Shown {
  impressions?: Decayed
  clicks?: Decayed
}

type State = Readonly<Record<string, Shown>>

const HALF_LIFE = days(30)
/** Placement names come from browsers: beyond so many the rest is ignored. */
const PLACEMENTS = 50
/** Beta(1, 19): before anything is known, one impression in twenty is clicked. */
const CTR_PRIOR = Object.freeze({ clicks: 1, misses: 19 })

/** Click-through rate of a product per placement, drawn towards the prior while little is known. */
export const itemCtr: Feature<State, Readonly<Record<string, number>>> = {
  name: "item_ctr",
  entity: "item",
  events: ["rec_impression", "select_item"],
  initial: {},
  update: (state, event, id) => {
    const item = event.items.find((one) => one.product_id === id)
    const placement = item?.placement ?? event.placement
    // A click on an ordinary list has no placement and says nothing of recommendations.
    if (!placement) return state
    const kind = event.type === "select_item" ? "clicks" : "impressions"
    const shown = own(state, placement) ?? {}
    if (Object.keys(state).length >= PLACEMENTS && !Object.hasOwn(state, placement)) return state
    return { ...state, [placement]: { ...shown, [kind]: addDecayed(shown[kind], 1, event.ts, HALF_LIFE) } }
  },
  read: (state, now) => {
    const rates: Record<string, number> = {}
    for (const [placement, { impressions, clicks }] of Object.entries(state)) {
      const clicked = valueAt(clicks, now, HALF_LIFE)
      // Clicks may outnumber the impressions that arrived: a rate above 1 would be absurd.
      const shown = Math.max(clicked, valueAt(impressions, now, HALF_LIFE))
      rates[placement] = (clicked + CTR_PRIOR.clicks) / (shown + CTR_PRIOR.clicks + CTR_PRIOR.misses)
    }
    return rates
  },
}

/** How often a product was shown in recommendations, and clicked there. */
export interface Tally {
  shown: number
  clicked: number
}

/** All placements together, old ones fading. */
export function tallyAt(state: State, now: number): Tally {
  let [shown, clicked] = [0, 0]
  for (const { impressions, clicks } of Object.values(state)) {
    shown += valueAt(impressions, now, HALF_LIFE)
    clicked += valueAt(clicks, now, HALF_LIFE)
  }
  return { shown, clicked }
}
