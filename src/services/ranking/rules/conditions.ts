import { z } from "zod"
import type { RequestContext } from "../../context"
import type { Shopper } from "../../features"

/** In which a rule holds or does not. */
export interface RuleSituation {
  context: RequestContext
  shopper: Shopper
}

/** One thing that a rule may ask of the situation. What is not known of a request fulfils no condition. */
export interface Condition<V = unknown> {
  name: string
  schema: z.ZodType<V>
  holds(wanted: V, situation: RuleSituation): boolean
  /** Whether some situation fulfils both. */
  meet(a: V, b: V): boolean
}

/** Before this long ago means: in a visit before the running one. */
const VISIT_MS = 30 * 60_000
const DAY_HOURS = 24

const text = z.string().min(1).max(200)
const listOf = <V extends z.ZodType>(one: V) =>
  z.array(one).min(1, "must name at least one; leave it out where any will do").max(100)

/** The situation has one value, and the condition lists those that will do. */
function oneOf<V extends string | number>(
  name: string,
  schema: z.ZodType<V>,
  valueOf: (situation: RuleSituation) => V | undefined
): Condition<V[]> {
  return {
    name,
    schema: listOf(schema),
    holds: (wanted, situation) => {
      const value = valueOf(situation)
      return value !== undefined && wanted.includes(value)
    },
    meet: (a, b) => a.some((value) => b.includes(value)),
  }
}

/** Time on the shopper's own clock, as a date whose UTC fields are to be read. */
function localTime({ context: { now, tzOffset } }: RuleSituation): Date | undefined {
  return tzOffset === undefined ? undefined : new Date(now + tzOffset * 60_000)
}

/** ISO: 1 is Monday, 7 is Sunday. */
const weekdayOf = (situation: RuleSituation) => {
  const day = localTime(situation)?.getUTCDay()
  return day === 0 ? 7 : day
}

/** The part of the day as one or two spans of hours, for one may go over midnight. */
const spans = ([from, to]: readonly number[]) =>
  from < to
    ? [[from, to]]
    : [
        [from, DAY_HOURS],
        [0, to],
      ]

const hour = z.number().min(0, "must be 0 or later").max(DAY_HOURS, "must be 24 or earlier")

const hours: Condition<[number, number]> = {
  name: "hours",
  schema: z
    .tuple([hour, hour], { error: "must be [from, to) in hours, e.g. [18, 24]" })
    .refine(([from, to]) => from % DAY_HOURS !== to % DAY_HOURS || to - from === DAY_HOURS, {
      error: "must begin and end at different hours",
    }),
  holds: (wanted, situation) => {
    const time = localTime(situation)
    if (!time) return false
    const at = time.getUTCHours() + time.getUTCMinutes() / 60
    return spans(wanted).some(([from, to]) => from <= at && at < to)
  },
  meet: (a, b) => spans(a).some(([from, to]) => spans(b).some((other) => other[0] < to && from < other[1])),
}

/** Subdivisions as ISO 3166-2 has them, e.g. `FR-IDF`. */
const REGIONS: Condition<string[]> = oneOf(
  "regions",
  z.string().regex(/^[A-Z]{2}-[A-Z0-9]{1,3}$/, "must be a region as ISO 3166-2 has it, e.g. FR-IDF"),
  ({ context: { country, region } }) => (country && region ? `${country}-${region}` : undefined)
)

/** Of all that is on nearby, one has to be named; another rule may name another, and both can hold. */
const events: Condition<string[]> = {
  name: "events",
  schema: listOf(z.string().min(1).max(64).toLowerCase()),
  holds: (wanted, { context }) => context.localEvents?.some((kind) => wanted.includes(kind)) ?? false,
  meet: () => true,
}

const isReturning = ({ shopper, context }: RuleSituation) =>
  shopper.recent.some(({ ts }) => ts < context.now - VISIT_MS)

/** Everything that `when` of a rule may hold. */
export const CONDITIONS: readonly Condition[] = [
  oneOf("device", z.enum(["mobile", "tablet", "desktop"]), ({ context }) => context.device),
  oneOf(
    "countries",
    z.string().regex(/^[A-Z]{2}$/, "must be a country code of two capital letters"),
    ({ context }) => context.country
  ),
  hours as Condition,
  oneOf("weekdays", z.number().int().min(1).max(7), weekdayOf),
  REGIONS as Condition,
  oneOf("weather", text, ({ context }) => context.weather?.condition),
  events as Condition,
  oneOf("markets", text, ({ context }) => context.regionId),
  oneOf("locales", text, ({ context }) => context.locale),
  // A shopper of whom nothing may be known is new at every visit.
  oneOf("segment", z.enum(["new", "returning"]), (situation) =>
    isReturning(situation) ? "returning" : "new"
  ),
] as Condition[]

/** Condition → what it asks. */
export type RuleConditions = Record<string, unknown>

export const conditionsSchema = z.strictObject(
  Object.fromEntries(CONDITIONS.map(({ name, schema }) => [name, schema.optional()]))
)

const asked = (when: RuleConditions) => CONDITIONS.filter(({ name }) => when[name] !== undefined)

/** @returns undefined where nothing is asked */
export function conditionsTest(when: RuleConditions): ((situation: RuleSituation) => boolean) | undefined {
  const conditions = asked(when)
  if (conditions.length === 0) return undefined
  return (situation) => conditions.every(({ name, holds }) => holds(when[name], situation))
}

/** Whether both can hold at once. Conditions are looked at one by one, so this may say yes where no is right, never the reverse. */
export function conditionsMeet(a: RuleConditions, b: RuleConditions): boolean {
  return asked(a).every(({ name, meet }) => b[name] === undefined || meet(a[name], b[name]))
}
