import { daypartOf, isWeekend, seasonOf, type Daypart, type Season } from "../features"
import { localTime, type LocalTime } from "../lib"
import type { RequestContext } from "./request-context"

/** The shopper's own time. */
export interface LocalSituation extends LocalTime {
  daypart: Daypart
  weekend: boolean
  /** Undefined where the hemisphere is not known. */
  season?: Season
}

/** Undefined where the shopper's zone is not known. */
export function localSituationOf(context: RequestContext): LocalSituation | undefined {
  const { now, tzOffset } = context
  if (tzOffset === undefined) return undefined
  const time = localTime(now, tzOffset)
  return {
    daypart: daypartOf(time.hour),
    weekend: isWeekend(time.weekday),
    season: seasonOf(time.month, context),
    ...time,
  }
}
