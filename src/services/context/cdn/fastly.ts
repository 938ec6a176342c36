import { headerOf } from "../headers"
import type { Cdn } from "./cdn"

/**
 * Fastly has no headers of its own; these are `client.geo.country_code`, `region`, `city.utf8`, `latitude`, `longitude` and
 * `gmt_offset`, to be set in VCL after the pattern of its example "Tag requests with geolocation data".
 */
export const fastly: Cdn = {
  name: "fastly",
  place: (headers) => ({
    country: headerOf(headers, "client-geo-country"),
    region: headerOf(headers, "client-geo-region"),
    city: headerOf(headers, "client-geo-city"),
    latitude: headerOf(headers, "client-geo-latitude"),
    longitude: headerOf(headers, "client-geo-longitude"),
    gmtOffset: headerOf(headers, "client-geo-gmt-offset"),
  }),
}
