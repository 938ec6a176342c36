import { isTimeZone } from "../lib"

/** Degrees; north and east are positive. */
export interface Coordinates {
  latitude: number
  longitude: number
}

/** Where a shopper is, as far as it is known. */
export interface Place extends Partial<Coordinates> {
  /** ISO 3166-1 alpha-2, upper case */
  country?: string
  /** Subdivision, as ISO 3166-2 has it behind the country, e.g. `IDF`. */
  region?: string
  /** As the provider writes it. */
  city?: string
  /** IANA name, e.g. `Europe/Paris`. */
  timeZone?: string
  /** Minutes east of UTC. */
  tzOffset?: number
}

/** Codes that say "no country": unknown, user-assigned. */
const NO_COUNTRY = new Set(["XX", "ZZ"])

/** ISO 3166-1 alpha-2 in upper case out of whatever was sent, or undefined. */
export function countryCode(value: string | undefined): string | undefined {
  const code = value?.trim().toUpperCase()
  return code && /^[A-Z]{2}$/.test(code) && !NO_COUNTRY.has(code) ? code : undefined
}

/** The subdivision in upper case, without the country that some put before it. */
export function regionCode(value: string | undefined): string | undefined {
  const code = value?.trim().toUpperCase().split("-").at(-1)
  return code && /^[A-Z0-9]{1,3}$/.test(code) ? code : undefined
}

export function cityName(value: string | undefined): string | undefined {
  const name = value?.trim()
  return name && name.length <= 100 && !/[\p{Cc}\p{Cs}]/u.test(name) ? name : undefined
}

/** Both or none: a latitude alone is no place. */
export function coordinates(
  latitude: number | string | undefined,
  longitude: number | string | undefined
): Coordinates | undefined {
  const [north, east] = [degrees(latitude, 90), degrees(longitude, 180)]
  return north === undefined || east === undefined ? undefined : { latitude: north, longitude: east }
}

function degrees(value: number | string | undefined, most: number): number | undefined {
  if (value === undefined || value === "") return undefined
  const number = Number(value)
  return Math.abs(number) <= most ? number : undefined
}

export const timeZoneName = (value: string | undefined): string | undefined =>
  value && isTimeZone(value) ? value : undefined
