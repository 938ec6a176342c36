import type { EventHistory } from "../events"

/** A browser's clock may be behind ours, even when it was set right, ms. */
const SKEW_MS = 60_000

export interface ClicksAsked {
  /** Request id → when its list was made, ms since the epoch. */
  lists: ReadonlyMap<string, number>
  /** How long after that a click counts, ms. */
  windowMs: number
}

/**
 * Products that shoppers clicked in each of these lists, by request id. Lists that nobody is known to have seen are
 * missing: that nothing was clicked there says nothing. Robots count for nobody.
 */
export async function clicksOf(
  history: Pick<EventHistory, "replay">,
  { lists, windowMs }: ClicksAsked
): Promise<Map<string, ReadonlySet<string>>> {
  const clicked = new Map<string, Set<string>>()
  const seen = new Set<string>()
  let [since, until] = [Infinity, -Infinity]
  for (const ts of lists.values()) {
    since = Math.min(since, ts - SKEW_MS)
    until = Math.max(until, ts + windowMs)
  }
  if (lists.size === 0) return clicked
  for await (const batch of history.replay({ since, until, types: ["rec_impression", "select_item"] }))
    for (const { event } of batch) {
      if (event.bot) continue
      for (const { product_id, request_id = event.request_id } of event.items) {
        const made = request_id === undefined ? undefined : lists.get(request_id)
        if (made === undefined || event.ts > made + windowMs) continue
        if (event.type === "rec_impression") seen.add(request_id!)
        else if (clicked.has(request_id!)) clicked.get(request_id!)!.add(product_id)
        else clicked.set(request_id!, new Set([product_id]))
      }
    }
  return new Map(Array.from(seen, (id) => [id, clicked.get(id) ?? new Set()]))
}
