import type { EventContext, WeatherCondition } from "../events"
import { localTime } from "../lib"

/** What signals are made of; events and requests both have it. */
export interface SignalFacts {
  /** ms since the epoch */
  now: number
  device?: EventContext["device"]
  /** ISO 3166-1 alpha-2, upper case */
  country?: string
  /** ISO 3166-2, e.g. `FR-IDF` */
  region?: string
  /** Degrees; tells the hemisphere better than the country does. */
  latitude?: number
  /** Minutes east of UTC. */
  tzOffset?: number
  weather?: WeatherCondition
  /** Degrees Celsius. */
  temperature?: number
  /** Kinds of what is on nearby, or soon. */
  localEvents?: readonly string[]
}

export type Daypart = "night" | "morning" | "midday" | "afternoon" | "evening"
export type Season = "winter" | "spring" | "summer" | "autumn"

/** From which hour on each part of the day lasts. */
const DAYPARTS: readonly (readonly [number, Daypart])[] = [
  [22, "night"],
  [18, "evening"],
  [14, "afternoon"],
  [11, "midday"],
  [6, "morning"],
  [0, "night"],
]

/** Up to which temperature each word holds, degrees Celsius. */
const TEMPERATURES: readonly (readonly [number, string])[] = [
  [0, "freezing"],
  [10, "cold"],
  [20, "mild"],
  [28, "warm"],
  [Infinity, "hot"],
]

/** Countries whose people live south of the equator for the most part. */
const SOUTH = new Set(
  "AO AR AS AU BI BO BR BW CC CD CK CL CX EC FJ FK GS ID KM LS MG MU MW MZ NA NC NF NR NZ PE PF PG PN PY RE RW SB SC SH SZ TL TO TV TZ UY VU WF WS YT ZA ZM ZW".split(
    " "
  )
)

export const daypartOf = (hour: number): Daypart => DAYPARTS.find(([from]) => hour >= from)![1]

/** Saturday and Sunday; 0 is Sunday. */
export const isWeekend = (weekday: number): boolean => weekday === 0 || weekday === 6

/** The meteorological season, which begins with a month. Undefined where neither latitude nor country is known. */
export function seasonOf(
  month: number,
  { latitude, country }: Pick<SignalFacts, "latitude" | "country">
): Season | undefined {
  if (latitude === undefined && !country) return undefined
  const south = latitude === undefined ? SOUTH.has(country!) : latitude < 0
  const quarter = Math.floor(((month % 12) + (south ? 6 : 0)) / 3) % 4
  return (["winter", "spring", "summer", "autumn"] as const)[quarter]
}

/**
 * The sides of a situation that demand is counted by, e.g. `device=mobile`, `daypart=evening`, `weather=rain`. There are
 * few of each kind, for each has a record of its own.
 */
export function signalsOf(facts: SignalFacts): string[] {
  const { now, device, country, region, tzOffset, weather, temperature, localEvents = [] } = facts
  const signals: string[] = []
  if (device) signals.push(`device=${device}`)
  if (country) signals.push(`country=${country}`)
  if (country && region?.startsWith(`${country}-`)) signals.push(`region=${region}`)
  const time = localTime(now, tzOffset ?? 0)
  if (tzOffset !== undefined) {
    signals.push(
      `daypart=${daypartOf(time.hour)}`,
      `days=${isWeekend(time.weekday) ? "weekend" : "weekdays"}`
    )
  }
  const season = seasonOf(time.month, facts)
  if (season) signals.push(`season=${season}`)
  if (weather) signals.push(`weather=${weather}`)
  if (temperature !== undefined)
    signals.push(`temperature=${TEMPERATURES.find(([upTo]) => temperature <= upTo)![1]}`)
  for (const kind of localEvents) signals.push(`event=${kind}`)
  return signals
}

const REGION = /^region=(..)-/

/**
 * The side that another is a part of and is to be compared with, for in the whole shop its country's taste would count a
 * second time; undefined: the whole shop.
 */
export function wholeOf(signal: string): string | undefined {
  const country = REGION.exec(signal)?.[1]
  return country && `country=${country}`
}
