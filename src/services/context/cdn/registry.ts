import type { Headers } from "../headers"
import { cityName, coordinates, countryCode, regionCode, timeZoneName, type Place } from "../place"
import type { Cdn, SaidPlace } from "./cdn"
import { cloudflare } from "./cloudflare"
import { cloudfront } from "./cloudfront"
import { fastly } from "./fastly"
import { vercel } from "./vercel"

/** Asked in this order; the first that knows a country wins. */
export const CDNS: readonly Cdn[] = [cloudflare, vercel, cloudfront, fastly]

/** The shopper's place by the CDN's headers; undefined when none of them knows the country. */
export function placeOf(headers: Headers, cdns = CDNS): Place | undefined {
  for (const cdn of cdns) {
    const said = cdn.place(headers)
    const country = countryCode(said.country)
    if (country) return checked(country, said)
  }
  return undefined
}

function checked(country: string, said: SaidPlace): Place {
  const timeZone = timeZoneName(said.timeZone)
  return {
    country,
    region: regionCode(said.region),
    city: cityName(said.city),
    ...coordinates(said.latitude, said.longitude),
    timeZone,
    tzOffset: timeZone ? undefined : minutesOf(said.gmtOffset),
  }
}

/** Minutes out of hours and minutes in one number: `-330` is three and a half hours to the west. */
function minutesOf(hoursAndMinutes: string | undefined): number | undefined {
  if (!hoursAndMinutes || !/^[+-]?\d{1,4}$/.test(hoursAndMinutes)) return undefined
  const number = Number(hoursAndMinutes)
  const minutes = Math.trunc(number / 100) * 60 + (number % 100)
  return Math.abs(minutes) <= 14 * 60 ? minutes : undefined
}
