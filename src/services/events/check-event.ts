import { fieldIssues, joined } from "../lib"
import { eventSchema, type ParsedEvent } from "./envelope"
import { newEventId, timeOfEventId } from "./event-id"
import { eventType } from "./registry"
import type { EventType, Origin } from "./types/event-type"

/** Why one event was refused. `code` is stable; `message` names the field. */
export interface Rejection {
  index: number
  event_id: string | null
  code: RejectionCode
  message: string
}

export type RejectionCode =
  "invalid_event" | "unknown_type" | "origin_not_allowed" | "in_future" | "too_old" | "no_consent"

/** What the checks of time and origin need to know. */
export interface CheckRules {
  origin: Origin
  /** ms since the epoch */
  now: number
  /** Added to the sender's times: our clock minus theirs, ms. */
  skew: number
  /** Older events are refused; ms. */
  maxAge: number
  /** Events may be this far ahead of our clock; ms. */
  futureTolerance: number
}

/** An event that passed: canonical type, corrected `ts`, an id for certain. */
export type CheckedEvent = ParsedEvent & { event_id: string }

type Refusal = { code: RejectionCode; message: string }

// A browser's clock may be a day wrong and is then corrected; its ids keep the wrong time,
// and that time decides which partition holds the event.
const ID_TOLERANCE_MS = 86_400_000

function missingFields(event: ParsedEvent, type: EventType): string[] {
  const missing: string[] = []
  for (const field of type.needs ?? []) {
    const absent = field === "items" ? event.items.length === 0 : event[field] === undefined
    if (absent) missing.push(`${field}: is required for ${type.name}`)
  }
  return missing
}

/** Brings the type's number and text into `properties`; returns what is wrong with them. */
function takeProperties(event: ParsedEvent, type: EventType): string[] {
  const wrong: string[] = []
  const properties = { ...event.properties }
  if (type.number) {
    const { property, min, max } = type.number
    const value = properties[property] ?? event.value
    if (typeof value !== "number") wrong.push(`properties.${property}: is required for ${type.name}`)
    else if (value < min || value > max) wrong.push(`properties.${property}: must be ${min} to ${max}`)
    else properties[property] = value
  }
  if (type.text) {
    const { property, alias, maxLength } = type.text
    const value = properties[property] ?? properties[alias]
    if (typeof value !== "string" || value.trim() === "")
      wrong.push(`properties.${property}: is required for ${type.name}`)
    else if (value.length > maxLength)
      wrong.push(`properties.${property}: must be at most ${maxLength} characters`)
    else properties[property] = value
  }
  if (Object.keys(properties).length > 0) event.properties = properties
  return wrong
}

function checkTimes(event: ParsedEvent, rules: CheckRules): Refusal | undefined {
  const { now, maxAge, futureTolerance } = rules
  if (event.ts > now + futureTolerance)
    return {
      code: "in_future",
      message: "ts: is ahead of the server's clock, also after correction by sent_at",
    }
  if (event.ts < now - maxAge) return { code: "too_old", message: "ts: is older than events are kept" }
  if (event.event_id === undefined) return undefined
  const embedded = timeOfEventId(event.event_id)
  if (embedded > now + futureTolerance + ID_TOLERANCE_MS || embedded < now - maxAge - ID_TOLERANCE_MS)
    return {
      code: "invalid_event",
      message: "event_id: its embedded time is far from now; leave it out and the server makes one",
    }
  return undefined
}

/** The id a sender will know the event by, if it sent a usable one. */
function idOf(raw: unknown): string | null {
  const id = (raw as { event_id?: unknown } | null)?.event_id
  return typeof id === "string" ? id.slice(0, 64) : null
}

/** Validates one event; never throws. */
export function checkEvent(raw: unknown, index: number, rules: CheckRules): CheckedEvent | Rejection {
  const reject = (code: RejectionCode, message: string): Rejection => ({
    index,
    event_id: idOf(raw),
    code,
    message,
  })
  const parsed = eventSchema.safeParse(raw)
  if (!parsed.success) {
    const issues = fieldIssues(parsed.error).map((issue) => `${issue.path}: ${issue.message}`)
    return reject("invalid_event", issues.slice(0, 10).join("; "))
  }
  const event = parsed.data
  const type = eventType(event.type)
  if (!type) return reject("unknown_type", `type: ${JSON.stringify(event.type)} is not a known event type`)
  if (!type.origins.includes(rules.origin))
    return reject("origin_not_allowed", `type: ${type.name} ${type.refusal ?? "may not be sent from here"}`)
  event.type = type.name
  const wrong = [...missingFields(event, type), ...takeProperties(event, type)]
  if (wrong.length > 0) return reject("invalid_event", wrong.join("; "))
  event.ts += rules.skew
  const untimely = checkTimes(event, rules)
  if (untimely) return reject(untimely.code, untimely.message)
  return joined(event, { event_id: event.event_id ?? newEventId(event.ts) })
}

/** Is this the outcome of an event that was refused? */
export const isRejection = (outcome: CheckedEvent | Rejection): outcome is Rejection => "code" in outcome
