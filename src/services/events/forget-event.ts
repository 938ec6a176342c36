import { NO_CONSENT, type SubjectRef } from "../privacy"
import { newEventId } from "./event-id"
import type { ShopEvent } from "./event"

/**
 * Says on the stream that whoever keeps something of this shopper forgets it: the profile, or `all`. It goes the way
 * of the shopper's own events, so it comes behind them; it is an order and no record, and is not kept.
 */
export const forgetEvent = (who: SubjectRef, scope: "profile" | "all", now: number): ShopEvent => ({
  event_id: newEventId(now),
  type: "forget",
  ts: now,
  ...(who.visitorId && { visitor_id: who.visitorId }),
  ...(who.customerId && { customer_id: who.customerId }),
  consent: NO_CONSENT,
  context: {},
  items: [],
  properties: { scope },
})
