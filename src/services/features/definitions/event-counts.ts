import { addDecayed, days, mergeDecayed, valueAt, type Decayed } from "../decay"
import { EVENT_TYPES } from "../../events"
import type { Feature } from "../feature"

type State = Readonly<Record<string, Decayed>>

const HALF_LIFE = days(7)

/** How much a shopper does of each kind of event; each counts half after a week. */
export const eventCounts: Feature<State, Readonly<Record<string, number>>> = {
  name: "event_counts",
  entity: "shopper",
  events: EVENT_TYPES.map((type) => type.name),
  initial: {},
  update: (state, { type, ts }) => ({ ...state, [type]: addDecayed(state[type], 1, ts, HALF_LIFE) }),
  read: (state, now) =>
    Object.fromEntries(Object.entries(state).map(([type, sum]) => [type, valueAt(sum, now, HALF_LIFE)])),
  merge: (into, from) => {
    const merged: Record<string, Decayed> = { ...into }
    for (const [type, sum] of Object.entries(from)) merged[type] = mergeDecayed(into[type], sum, HALF_LIFE)
    return merged
  },
}
