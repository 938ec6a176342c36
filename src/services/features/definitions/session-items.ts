import type { Feature } from "../feature"

interface State {
  items: readonly string[]
  /** Time of the newest event, ms. */
  ts: number
}

const KEPT = 50
/** GA4's session timeout: after this silence a new session begins even under the old id. */
const IDLE_MS = 30 * 60_000

/** Products of the running session in the order of attention. */
export const sessionItems: Feature<State, readonly string[]> = {
  name: "session_items",
  entity: "session",
  events: ["view_item", "add_to_cart", "add_to_wishlist", "like", "dislike", "not_interested"],
  initial: { items: [], ts: 0 },
  update: (state, event) => {
    // Told late: it belongs to a session that is over.
    if (state.ts - event.ts > IDLE_MS) return state
    let items = event.ts - state.ts > IDLE_MS ? [] : [...state.items]
    for (const { product_id } of event.items) {
      if (event.type === "dislike" || event.type === "not_interested")
        items = items.filter((id) => id !== product_id)
      else if (items.at(-1) !== product_id) items.push(product_id)
    }
    return { items: items.slice(-KEPT), ts: Math.max(state.ts, event.ts) }
  },
  read: (state, now) => (now - state.ts > IDLE_MS ? [] : state.items),
}
