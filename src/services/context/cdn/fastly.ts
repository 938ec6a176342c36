import { headerOf } from "../headers"
import type { CountryProvider } from "./country-provider"

/** Fastly has no header of its own; this is the one of its example "Tag requests with geolocation data". */
export const fastly: CountryProvider = {
  name: "fastly",
  country: (headers) => headerOf(headers, "client-geo-country"),
}
