import type { Headers } from "./headers"
import type { Place } from "./place"

/** What a request tells of where it comes from. */
export interface Origin {
  headers: Headers
  /** The client's address behind the proxies that are trusted. */
  ip?: string
}

/** Knows where a request comes from. */
export interface GeoProvider {
  name: string
  /** Out of what is in memory: a request does not wait for it. Undefined when the place is not known. */
  place(origin: Origin): Place | undefined
}
