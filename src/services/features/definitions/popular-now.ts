import type { Scored } from "../../lib"
import { days } from "../decay"
import type { Feature } from "../feature"

/** Parallel arrays: copying 300 numbers per event costs less than copying an object of 300 keys. */
interface State {
  ids: readonly string[]
  /** log2 of the item's weight, each part counted as 2^(time / half-life). */
  logs: readonly number[]
}

const HALF_LIFE = days(3)
const KEPT = 300

const WEIGHTS: Readonly<Record<string, number>> = { view_item: 1, add_to_cart: 3, purchase: 6 }

const logAdd = (a: number, b: number): number => Math.max(a, b) + Math.log2(1 + 2 ** -Math.abs(a - b))

/** The order of a state: states never change, and every request asks for that of the newest. */
const orders = new WeakMap<State, readonly Scored[]>()

/**
 * What is popular at this moment, in the whole shop (`global:all`) and per country
 * (`global:country:GB`), without any training. Decay runs forward: weights grow with time and are
 * never rewritten (Cormode et al. 2009, "Forward decay"); held as logarithms, so that they cannot
 * overflow and old history still has an order. When 300 are held, a newcomer takes the place and
 * the weight of the least (Metwally et al. 2005, "Space-Saving"), so that nothing popular is missed.
 */
export const popularNow: Feature<State, readonly Scored[]> = {
  name: "popular_now",
  entity: "global",
  events: Object.keys(WEIGHTS),
  initial: { ids: [], logs: [] },
  keys: ({ context }) => (context.country ? ["all", `country:${context.country}`] : ["all"]),
  update: (state, event) => {
    const ids = [...state.ids]
    const logs = [...state.logs]
    const added = event.ts / HALF_LIFE + Math.log2(WEIGHTS[event.type])
    for (const { product_id } of event.items) {
      let place = ids.indexOf(product_id)
      if (place < 0 && ids.length < KEPT) {
        ids.push(product_id)
        logs.push(added)
        continue
      }
      if (place < 0) {
        place = 0
        for (let i = 1; i < KEPT; i++) if (logs[i] < logs[place]) place = i
        ids[place] = product_id
      }
      logs[place] = logAdd(logs[place], added)
    }
    return { ids, logs }
  },
  /** Best first; scores are relative to the best, which has 1. The same list for the same state. */
  read: (state) => {
    let order = orders.get(state)
    if (!order) orders.set(state, (order = inOrder(state)))
    return order
  },
}

function inOrder({ ids, logs }: State): Scored[] {
  const best = Math.max(...logs)
  return ids
    .map((id, i) => ({ id, score: 2 ** (logs[i] - best) }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}
