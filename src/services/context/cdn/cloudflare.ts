import { headerOf } from "../headers"
import type { Cdn } from "./cdn"

/**
 * The country is always there (XX: unknown, T1: Tor); the rest with the managed transform "Add visitor location headers".
 * https://developers.cloudflare.com/rules/transform/managed-transforms/reference/#add-visitor-location-headers
 */
export const cloudflare: Cdn = {
  name: "cloudflare",
  place: (headers) => ({
    country: headerOf(headers, "cf-ipcountry"),
    region: headerOf(headers, "cf-region-code"),
    city: headerOf(headers, "cf-ipcity"),
    latitude: headerOf(headers, "cf-iplatitude"),
    longitude: headerOf(headers, "cf-iplongitude"),
    timeZone: headerOf(headers, "cf-timezone"),
  }),
}
