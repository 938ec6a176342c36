import { headerOf } from "../headers"
import type { CountryProvider } from "./country-provider"

/** Needs the header in the distribution's origin request policy. */
export const cloudfront: CountryProvider = {
  name: "cloudfront",
  country: (headers) => headerOf(headers, "cloudfront-viewer-country"),
}
