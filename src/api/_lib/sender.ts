import type { MedusaRequest } from "@medusajs/framework/http"
import type { Sender } from "../../services/events"
import type { Identity } from "./identity"

/** What the request tells of the sender of events. */
export function senderOf(
  req: MedusaRequest,
  identity: Identity,
  salesChannelIds?: readonly string[]
): Sender {
  const keyContext = (req as { publishable_key_context?: { sales_channel_ids: string[] } })
    .publishable_key_context
  const channels = salesChannelIds ?? keyContext?.sales_channel_ids ?? []
  return {
    origin: "browser",
    visitorId: identity.visitorId,
    sessionId: identity.sessionId,
    customerId: identity.customerId,
    consent: identity.consent,
    gpc: identity.gpc,
    // Medusa trusts one proxy, so this is the client's address behind it. `request_context.ip_address` believes
    // X-Client-IP and the like, which a client can fill with another address for every call.
    ip: req.ip,
    userAgent: req.get("user-agent"),
    context: channels.length === 1 ? { sales_channel_id: channels[0] } : {},
  }
}
