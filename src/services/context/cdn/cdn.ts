import type { Headers } from "../headers"

/**
 * Reads the shopper's country out of the headers that one CDN adds. Such a header is only as good as the
 * way to the server: without the CDN in front a client can write it. Nothing but the choice of popular
 * products depends on it.
 */
export interface CountryProvider {
  name: string
  /** The raw header value; the registry turns it into ISO 3166-1 alpha-2 or drops it. */
  country(headers: Headers): string | undefined
}
