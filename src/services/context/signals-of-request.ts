import { signalsOf } from "../features"
import type { RequestContext } from "./request-context"

/** The sides of a request's situation, named as those of events are. */
export function signalsOfRequest(context: RequestContext): string[] {
  const { now, device, country, region, latitude, tzOffset, weather, localEvents } = context
  return signalsOf({
    now,
    device,
    country,
    region: country && region && `${country}-${region}`,
    latitude,
    tzOffset,
    weather: weather?.condition,
    temperature: weather?.temperature,
    localEvents,
  })
}
