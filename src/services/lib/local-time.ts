import { LRUCache } from "lru-cache"

/** A moment as clocks and calendars show it at some place. */
export interface LocalTime {
  /** 0 to below 24, with the minutes as a fraction. */
  hour: number
  /** 0 is Sunday. */
  weekday: number
  /** 1 is January. */
  month: number
  /** 1 to 366. */
  dayOfYear: number
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** No zone changes its offset but at a full quarter of an hour. */
const QUARTER_MS = 15 * MINUTE_MS

/** @param now ms since the epoch @param offset minutes east of UTC */
export function localTime(now: number, offset: number): LocalTime {
  const local = new Date(now + offset * MINUTE_MS)
  const begun = Date.UTC(local.getUTCFullYear(), 0, 1)
  return {
    hour: local.getUTCHours() + local.getUTCMinutes() / 60,
    weekday: local.getUTCDay(),
    month: local.getUTCMonth() + 1,
    dayOfYear: 1 + Math.floor((local.getTime() - begun) / DAY_MS),
  }
}

/** Names come from headers: those that are no zone are remembered as well. */
const zones = new LRUCache<string, { format?: Intl.DateTimeFormat; quarter: number; offset: number }>({
  max: 1_000,
})

function zoneOf(name: string) {
  let zone = zones.get(name)
  if (!zone) {
    let format: Intl.DateTimeFormat | undefined
    try {
      format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" })
    } catch {
      format = undefined
    }
    zones.set(name, (zone = { format, quarter: NaN, offset: 0 }))
  }
  return zone
}

/** Whether this is the IANA name of a time zone, e.g. `Europe/Paris`. */
export const isTimeZone = (name: string): boolean =>
  /^[A-Za-z][\w+/-]{1,63}$/.test(name) && zoneOf(name).format !== undefined

/** Minutes east of UTC in a zone at a moment; undefined when there is no such zone. */
export function zoneOffset(name: string, now: number): number | undefined {
  const zone = zoneOf(name)
  if (!zone.format) return undefined
  const quarter = Math.floor(now / QUARTER_MS)
  if (zone.quarter !== quarter) {
    const said = zone.format.formatToParts(now).find(({ type }) => type === "timeZoneName")!.value
    // `GMT`, `GMT+02:00`, `GMT-03:30`
    const [, sign, hours, minutes] = /GMT(?:([+-])(\d+):(\d+))?/.exec(said)!
    zone.offset = hours ? (sign === "-" ? -1 : 1) * (60 * Number(hours) + Number(minutes)) : 0
    zone.quarter = quarter
  }
  return zone.offset
}
