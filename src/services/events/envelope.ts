import { z } from "zod"
import { parse } from "../lib"
import { consentSchema } from "../privacy"
import { WEATHER_CONDITIONS } from "./event"
import { isEventId } from "./event-id"

/** Most events of one batch and most products of one event. */
export const MAX_EVENTS = 500
export const MAX_ITEMS = 200
const MAX_PROPERTIES = 32

// PostgreSQL stores neither NUL nor lone surrogates, and no identifier has a use for control characters.
const UNSTORABLE = /[\p{Cc}\p{Cs}]/u

const id = z
  .string()
  .min(1, "must not be empty")
  .max(128, "must be at most 128 characters")
  .refine((text) => !UNSTORABLE.test(text), "must not hold control characters or broken surrogates")

const text = (max: number) =>
  z
    .string()
    .max(max)
    .transform((value) => value.replace(/[\p{Cc}\p{Cs}]/gu, " "))

/** ISO 8601 with an offset, or milliseconds since the epoch; becomes milliseconds. */
const time = z
  .union([z.number().min(0).max(8.64e15), z.iso.datetime({ offset: true })], {
    error: "must be an ISO 8601 time with an offset, or milliseconds since the epoch",
  })
  .transform((value) => (typeof value === "number" ? Math.floor(value) : Date.parse(value)))

const amount = z.number().min(0).max(1e12)
const currency = z
  .string()
  .regex(/^[A-Za-z]{3}$/, "must be an ISO 4217 code")
  .transform((code) => code.toLowerCase())

const contextSchema = z.object({
  locale: text(35).optional(),
  currency: currency.optional(),
  region_id: id.optional(),
  sales_channel_id: id.optional(),
  device: z.enum(["mobile", "tablet", "desktop"]).optional(),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, "must be an ISO 3166-1 alpha-2 code")
    .transform((code) => code.toUpperCase())
    .optional(),
  region: z
    .string()
    .regex(/^[A-Za-z]{2}-[A-Za-z0-9]{1,3}$/, "must be an ISO 3166-2 code")
    .transform((code) => code.toUpperCase())
    .optional(),
  city: text(100).optional(),
  tz_offset: z.number().min(-1440).max(1440).optional(),
  weather: z.enum(WEATHER_CONDITIONS).optional(),
  temperature: z.number().min(-100).max(100).optional(),
})

const itemSchema = z.object({
  product_id: id,
  variant_id: id.optional(),
  position: z.number().int().min(0).max(100_000).optional(),
  price: amount.optional(),
  quantity: z.number().min(0).max(1e9).optional(),
  request_id: id.optional(),
  placement: id.optional(),
})

// Query and fragment may hold search terms, tokens or e-mail addresses: only the path is kept.
const urlPath = text(2_000).transform((value) => value.replace(/^[a-z]+:\/\/[^/]*/i, "").split(/[?#]/)[0])

const propertyKey = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, "names are 1–64 of letters, digits, _ . -")

/** One event as it arrives. Unknown fields are dropped; `customer_id` is not among the known ones. */
export const eventSchema = z.object({
  event_id: z
    .string()
    .transform((value) => value.toLowerCase())
    .refine(isEventId, "must be a UUID of version 7, or be left out")
    .optional(),
  type: z.string().min(1).max(64),
  ts: time,
  sent_at: time.optional(),
  visitor_id: id.optional(),
  session_id: id.optional(),
  consent: consentSchema.optional(),
  page: z.object({ type: text(64).optional(), url_path: urlPath.optional() }).optional(),
  context: contextSchema.default({}),
  request_id: id.optional(),
  placement: id.optional(),
  slot: z.number().int().min(0).max(100_000).optional(),
  experiment_id: id.optional(),
  variation_id: id.optional(),
  propensity: z.number().min(0).max(1).optional(),
  items: z.array(itemSchema).max(MAX_ITEMS, `must hold at most ${MAX_ITEMS} products`).default([]),
  value: z.number().min(-1e12).max(1e12).optional(),
  currency: currency.optional(),
  properties: z
    .record(propertyKey, z.union([text(1_000), z.number(), z.boolean()]))
    .refine((map) => Object.keys(map).length <= MAX_PROPERTIES, `must hold at most ${MAX_PROPERTIES} entries`)
    .optional(),
})

/** An event as it may be sent; what `eventSchema` takes. */
export type EventInput = z.input<typeof eventSchema>
export type ParsedEvent = z.output<typeof eventSchema>

const envelopeSchema = z.object({
  sent_at: time.optional(),
  events: z
    .array(z.unknown())
    .min(1, "must hold at least one event")
    .max(MAX_EVENTS, `must hold at most ${MAX_EVENTS} events; send the rest in another batch`),
})

/** A batch whose events are still unchecked. */
export type Envelope = z.output<typeof envelopeSchema>

/** @throws PersonalizationError `invalid_input` that names the field */
export const parseEnvelope = (body: unknown): Envelope => parse(envelopeSchema, body)
