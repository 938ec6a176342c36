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
    // Medusa's own notion of the client's address: behind a proxy `req.ip` is the proxy's, one for the whole shop.
    ip: (req as { request_context?: { ip_address?: string } }).request_context?.ip_address ?? req.ip,
    userAgent: req.get("user-agent"),
    context: channels.length === 1 ? { sales_channel_id: channels[0] } : {},
  }
}
