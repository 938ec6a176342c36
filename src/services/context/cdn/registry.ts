import type { Headers } from "../headers"
import { cloudflare } from "./cloudflare"
import { cloudfront } from "./cloudfront"
import type { CountryProvider } from "./country-provider"
import { fastly } from "./fastly"
import { vercel } from "./vercel"

/** Asked in this order; the first that knows a country wins. */
export const COUNTRY_PROVIDERS: readonly CountryProvider[] = [cloudflare, vercel, cloudfront, fastly]

/** Codes that say "no country": unknown, user-assigned. */
const NO_COUNTRY = new Set(["XX", "ZZ"])

/** ISO 3166-1 alpha-2 in upper case out of whatever was sent, or undefined. */
export function countryCode(value: string | undefined): string | undefined {
  const code = value?.trim().toUpperCase()
  return code && /^[A-Z]{2}$/.test(code) && !NO_COUNTRY.has(code) ? code : undefined
}

/** The shopper's country by the CDN's headers, or undefined. */
export function countryOf(headers: Headers, providers = COUNTRY_PROVIDERS): string | undefined {
  for (const provider of providers) {
    const code = countryCode(provider.country(headers))
    if (code) return code
  }
  return undefined
}
