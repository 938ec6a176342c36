import { newEventId, type ShopEvent } from "../events"
import { FULL_CONSENT } from "../privacy"

/** An event for tests: a product view with full consent, unless said otherwise. */
export function shopEvent(changes: Partial<ShopEvent> = {}): ShopEvent {
  const ts = changes.ts ?? Date.UTC(2026, 0, 15, 12)
  return {
    event_id: newEventId(ts),
    type: "view_item",
    ts,
    consent: FULL_CONSENT,
    context: {},
    items: [{ product_id: "p1" }],
    ...changes,
  }
}
