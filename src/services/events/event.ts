import type { Consent } from "../privacy"

/** One product of an event. */
export interface EventItem {
  product_id: string
  variant_id?: string
  /** Slot in the list, from 0. */
  position?: number
  /** Unit price in major units of `currency`. */
  price?: number
  quantity?: number
  /** Recommendation request that led here; on purchases it comes from cart-line metadata. */
  request_id?: string
  placement?: string
}

/** What the sky does, as far as it moves what people buy. */
export const WEATHER_CONDITIONS = ["clear", "cloudy", "fog", "rain", "snow", "storm"] as const
export type WeatherCondition = (typeof WEATHER_CONDITIONS)[number]

export interface EventContext {
  locale?: string
  currency?: string
  region_id?: string
  sales_channel_id?: string
  device?: "mobile" | "tablet" | "desktop"
  /** ISO 3166-1 alpha-2, upper case. */
  country?: string
  /** Subdivision, ISO 3166-2, e.g. `FR-IDF`. */
  region?: string
  city?: string
  /** Minutes east of UTC. */
  tz_offset?: number
  weather?: WeatherCondition
  /** Degrees Celsius. */
  temperature?: number
  /** Kinds of what is on nearby, or soon, e.g. `concert`. */
  local_events?: readonly string[]
}

/** An event as it is stored: validated, consented, clock-corrected. */
export interface ShopEvent {
  /** UUIDv7; the idempotency key. */
  event_id: string
  /** Canonical name out of the registry. */
  type: string
  /** Milliseconds since the epoch, corrected for the sender's clock skew. */
  ts: number
  visitor_id?: string
  session_id?: string
  customer_id?: string
  consent: Consent
  page?: { type?: string; url_path?: string }
  context: EventContext
  request_id?: string
  placement?: string
  slot?: number
  experiment_id?: string
  variation_id?: string
  propensity?: number
  items: EventItem[]
  value?: number
  currency?: string
  /** Type-specific extras, e.g. `{ query }` of a search, `{ ms }` of a dwell, `{ percent }` of a scroll. */
  properties?: Record<string, string | number | boolean>
  /** True for traffic of robots: stored, but kept out of features and training. */
  bot?: boolean
  /** W3C trace context of the request that told of it, so that its way through stream and handlers is one trace. */
  traceparent?: string
}

/** A place in a stream. */
export interface Position {
  /** Order holds within a partition; a log of one partition leaves it out, which is the same as 0. */
  partition?: number
  /** Strictly increasing within a partition; opaque to callers except for comparison by `compareOffsets`. */
  offset: string
}

/** An event with its place. */
export interface LoggedEvent extends Position {
  event: ShopEvent
}

/** `<partition>:<offset>` */
export const placeOf = ({ partition = 0, offset }: Position): string => `${partition}:${offset}`

/**
 * What decides the partition: the visitor, so that the events before and after a login stay in order, else the
 * customer; an event of nobody may lie anywhere.
 */
export const partitionKeyOf = (event: Pick<ShopEvent, "event_id" | "visitor_id" | "customer_id">): string =>
  event.visitor_id ?? event.customer_id ?? event.event_id

/**
 * Key of a shopper's profile: `customer:<id>` once known, else `visitor:<id>`.
 * Undefined when the event carries neither.
 */
export function subjectOf(event: Pick<ShopEvent, "customer_id" | "visitor_id">): string | undefined {
  if (event.customer_id) return `customer:${event.customer_id}`
  if (event.visitor_id) return `visitor:${event.visitor_id}`
  return undefined
}

/** The event without whatever leads to a shopper, and for no model to learn from: what a withdrawal leaves. */
export function withoutNames(event: ShopEvent): ShopEvent {
  const { visitor_id: _visitor, customer_id: _customer, session_id: _session, ...rest } = event
  const { city: _city, ...context } = event.context
  const consent = { ...event.consent, personalization: false, model_training: false }
  if (!event.properties) return { ...rest, context, consent }
  const { order_id: _order, ...properties } = event.properties
  return { ...rest, context, consent, properties }
}
