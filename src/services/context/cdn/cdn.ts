import type { Headers } from "../headers"

/** Where the shopper is, as one CDN's headers say it; nothing is checked yet. */
export interface SaidPlace {
  country?: string
  /** Subdivision, as ISO 3166-2 has it behind the country: `IDF`. */
  region?: string
  city?: string
  latitude?: string
  longitude?: string
  /** IANA name, e.g. `Europe/Paris`. */
  timeZone?: string
  /** Hours and minutes east of UTC as one number, e.g. `-330`. */
  gmtOffset?: string
}

/**
 * Reads the shopper's place out of the headers that one CDN adds. Such headers are only as good as the way to the
 * server: without the CDN in front a client can write them. Nothing but the choice and order of products depends on it.
 */
export interface Cdn {
  name: string
  /** The raw values; the registry checks them. */
  place(headers: Headers): SaidPlace
}
