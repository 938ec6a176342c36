import { headerOf } from "../headers"
import type { Cdn } from "./cdn"

/** https://vercel.com/docs/headers/request-headers#x-vercel-ip-country (the city is URL-encoded) */
export const vercel: Cdn = {
  name: "vercel",
  place: (headers) => ({
    country: headerOf(headers, "x-vercel-ip-country"),
    region: headerOf(headers, "x-vercel-ip-country-region"),
    city: decoded(headerOf(headers, "x-vercel-ip-city")),
    latitude: headerOf(headers, "x-vercel-ip-latitude"),
    longitude: headerOf(headers, "x-vercel-ip-longitude"),
    timeZone: headerOf(headers, "x-vercel-ip-timezone"),
  }),
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text)
  } catch {
    return undefined
  }
}
