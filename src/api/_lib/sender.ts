import { headerOf, type Situation } from "../../services/context"
import type { Sender } from "../../services/events"
import type { Call } from "./call"
import type { Identity } from "./identity"

/** What the request tells of the sender of events, and of the situation in which they happened. */
export function senderOf(call: Call, identity: Identity, situation?: Situation): Sender {
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
    context: {
      ...(channels.length === 1 && { sales_channel_id: channels[0] }),
      ...(situation && known(situation)),
    },
  }
}

/** Where the event itself says otherwise, its word counts. The city is left out: it is the browser's to tell. */
function known({ device, country, region, tzOffset, weather, localEvents }: Situation): Sender["context"] {
  return {
    ...(device && { device }),
    ...(country && { country }),
    ...(country && region && { region: `${country}-${region}` }),
    ...(tzOffset !== undefined && { tz_offset: tzOffset }),
    ...(weather && { weather: weather.condition, temperature: weather.temperature }),
    ...(localEvents?.length && { local_events: localEvents }),
  }
}
