import { headerOf } from "../headers"
import type { Cdn } from "./cdn"

/**
 * Needs the headers in the distribution's origin request policy.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
 */
export const cloudfront: Cdn = {
  name: "cloudfront",
  place: (headers) => ({
    country: headerOf(headers, "cloudfront-viewer-country"),
    region: headerOf(headers, "cloudfront-viewer-country-region"),
    city: headerOf(headers, "cloudfront-viewer-city"),
    latitude: headerOf(headers, "cloudfront-viewer-latitude"),
    longitude: headerOf(headers, "cloudfront-viewer-longitude"),
    timeZone: headerOf(headers, "cloudfront-viewer-time-zone"),
  }),
}
