import { joined, zoneOffset, type Clock } from "../lib"
import { placeOf } from "./cdn/registry"
import { contextFromHeaders } from "./from-headers"
import type { GeoProvider, Origin } from "./geo-provider.port"
import { headerOf } from "./headers"
import type { LocalEvent } from "./local-events-provider.port"
import type { Nearby } from "./nearby"
import { timeZoneName, type Place } from "./place"
import type { RequestContext } from "./request-context"
import type { Weather } from "./weather-provider.port"

/** What the request itself, and those who know the place, tell of the situation. */
export type Situation = Omit<RequestContext, "salesChannelIds" | "currency" | "regionId">

export interface SituationsParts {
  /** Asked in this order; the first that knows the place wins. Default: the headers of CDNs. */
  geo?: readonly GeoProvider[]
  weather?: Pick<Nearby<Weather>, "get">
  localEvents?: Pick<Nearby<readonly LocalEvent[]>, "get">
  clock: Clock
}

/** The headers of the CDN in front. */
export const cdnGeo: GeoProvider = { name: "cdn", place: ({ headers }) => placeOf(headers) }

/** The browser's own word for its zone; it goes before that of the place, for phones travel and CDNs guess. */
const ZONE_HEADER = "x-personalization-timezone"

/** So long before it begins, people buy for it, ms. */
const AHEAD_MS = 86_400_000
/** In a city something of every kind is on; each costs a request a look. */
const KINDS = 8

function kindsOf(events: readonly LocalEvent[] | undefined, now: number): string[] | undefined {
  const on = events?.filter(({ startsAt, endsAt }) => startsAt - AHEAD_MS <= now && now < endsAt)
  const kinds = new Set(on?.map(({ kind }) => kind.trim().toLowerCase()))
  kinds.delete("")
  return kinds.size > 0 ? [...kinds].sort().slice(0, KINDS) : undefined
}

/** Puts together in which situation a request is made. Nothing is awaited: what is not known by now is left out. */
export class Situations {
  constructor(private readonly parts: SituationsParts) {}

  of(origin: Origin): Situation {
    const now = this.parts.clock.now()
    const place = this.placeOf(origin)
    const timeZone = timeZoneName(headerOf(origin.headers, ZONE_HEADER)) ?? place?.timeZone
    const { latitude, longitude } = place ?? {}
    const at = latitude === undefined || longitude === undefined ? undefined : { latitude, longitude }
    return joined(joined(contextFromHeaders(origin.headers), place ?? {}), {
      now,
      timeZone,
      tzOffset: timeZone === undefined ? place?.tzOffset : zoneOffset(timeZone, now),
      weather: at && this.parts.weather?.get(at),
      localEvents: at && kindsOf(this.parts.localEvents?.get(at), now),
    })
  }

  private placeOf(origin: Origin): Place | undefined {
    for (const provider of this.parts.geo ?? [cdnGeo]) {
      const place = provider.place(origin)
      if (place) return place
    }
    return undefined
  }
}
