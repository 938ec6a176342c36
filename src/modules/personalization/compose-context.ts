import { JsonLocalEvents } from "../../adapters/http"
import { MaxmindGeo } from "../../adapters/maxmind"
import { OpenMeteoWeather } from "../../adapters/open-meteo"
import {
  cdnGeo,
  Nearby,
  Situations,
  type LocalEventsProvider,
  type WeatherProvider,
} from "../../services/context"
import type { Clock, Logger, Metrics } from "../../services/lib"
import type { PersonalizationOptions } from "./options"

const MINUTE_MS = 60_000

/** Those who know the weather and what is on; without them, the ones that the options name. */
export interface ContextProviders {
  weather?: WeatherProvider
  localEvents?: LocalEventsProvider
}

/** Wires those who know of a request's situation. Nothing is opened or asked before the first request. */
export function composeContext(
  { context: options }: PersonalizationOptions,
  parts: { clock: Clock; logger: Logger; metrics: Metrics },
  given: ContextProviders = {}
): Situations {
  const { geoFile, weather, weatherUrl, weatherApiKey, eventsUrl, eventsToken, timeoutMs } = options
  const weatherOf =
    given.weather ??
    (weather === "open-meteo"
      ? new OpenMeteoWeather({ baseUrl: weatherUrl, apiKey: weatherApiKey })
      : undefined)
  const eventsOf = given.localEvents ?? (eventsUrl ? new JsonLocalEvents(eventsUrl, eventsToken) : undefined)
  return new Situations({
    clock: parts.clock,
    geo: geoFile ? [cdnGeo, new MaxmindGeo(geoFile, parts.logger)] : [cdnGeo],
    weather:
      weatherOf &&
      new Nearby((at, signal) => weatherOf.weather(at, signal), {
        ...parts,
        name: weatherOf.name,
        timeoutMs,
        freshMs: 15 * MINUTE_MS,
        staleMs: 120 * MINUTE_MS,
      }),
    localEvents:
      eventsOf &&
      new Nearby((at, signal) => eventsOf.events(at, signal), {
        ...parts,
        name: eventsOf.name,
        timeoutMs,
        freshMs: 60 * MINUTE_MS,
        staleMs: 24 * 60 * MINUTE_MS,
      }),
  })
}
