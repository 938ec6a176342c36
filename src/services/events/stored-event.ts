import { joined } from "../lib"
import { mayProfile, type Consent, type SubjectRef } from "../privacy"
import type { CheckedEvent } from "./check-event"
import type { ShopEvent } from "./event"
import type { Sender } from "./ingest-parts"

/** The event as it is stored. Without consent to a profile it carries nobody's name. */
export function storedEvent(
  event: CheckedEvent,
  consent: Consent,
  who: SubjectRef,
  sender: Sender,
  bot: boolean
): ShopEvent {
  const { sent_at: _sent, visitor_id: _visitor, session_id, ...rest } = event
  const context = joined(sender.context ?? {}, event.context)
  // Each region has a record of its own: a browser is not to make them up.
  if (sender.origin === "browser") {
    delete context.region
    if (sender.context?.region) context.region = sender.context.region
  }
  const stored: ShopEvent = joined(rest, { consent, context })
  if (mayProfile(consent)) {
    if (who.visitorId) stored.visitor_id = who.visitorId
    if (session_id ?? sender.sessionId) stored.session_id = session_id ?? sender.sessionId
    if (who.customerId) stored.customer_id = who.customerId
  } else {
    // A withdrawal must say whose profile ends; an order number leads to the customer.
    if (event.type === "consent_update") stored.visitor_id = who.visitorId
    delete stored.context.city
    if (stored.properties) delete stored.properties.order_id
  }
  if (bot) stored.bot = true
  return stored
}
