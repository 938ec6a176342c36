import { headerOf } from "../../services/context"
import type { Sender } from "../../services/events"
import type { Call } from "./call"
import type { Identity } from "./identity"

/** What the request tells of the sender of events. */
export function senderOf(call: Call, identity: Identity): Sender {
  const { salesChannelIds: channels } = call
  return {
    origin: "browser",
    visitorId: identity.visitorId,
    sessionId: identity.sessionId,
    customerId: identity.customerId,
    consent: identity.consent,
    gpc: identity.gpc,
    ip: call.ip,
    key: call.key,
    userAgent: headerOf(call.headers, "user-agent"),
    context: channels.length === 1 ? { sales_channel_id: channels[0] } : {},
  }
}
