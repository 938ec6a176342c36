import { signalsOf } from "../features"
import type { RequestContext } from "./request-context"

/** The sides of a request's situation, named as those of events are. */
export function signalsOfRequest(context: RequestContext): string[] {
  const { now, device, country, latitude, tzOffset, weather } = context
  return signalsOf({
    now,
    device,
    country,
    latitude,
    tzOffset,
    weather: weather?.condition,
    temperature: weather?.temperature,
  })
}
