import { z } from "zod"
import { WEATHER_CONDITIONS } from "../../../../services/events"
import { draftSchema } from "../../../../services/serving"

/** A whole number in a query string. Query values are text, or lists when a name stands there twice. */
function wholeNumber(min: number, max: number, otherwise: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return z
    .string({ error: message })
    .regex(/^\d{1,6}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message))
    .default(otherwise)
}

/** A route whose body or query holds nothing. */
export const nothingSchema = z.strictObject({})

const modelVersion = z
  .string()
  .regex(/^[\w.-]{1,64}$/, "must be a model version, as listed by GET /admin/personalization/models")

export const rollbackSchema = z.strictObject({
  /** Default: the last step is taken back. */
  version: modelVersion.optional(),
})

export const resetRankerSchema = z.strictObject({
  /** Forgets what trainings have promoted as well: the weights of the placements decide again. */
  whole: z.boolean().default(false),
})

export const shadowSchema = z.strictObject({ version: modelVersion, limit: wholeNumber(1, 200, 50) })

export const recommendedWithSchema = z.strictObject({ limit: wholeNumber(1, 24, 6) })

const letterId = z.string().regex(/^\d{1,18}$/, "must be the id of a dead letter")

export const deadLettersSchema = z.strictObject({
  /** `features`, `archive`, or `ingest` for refused events. Default: all. */
  group: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "must be the name of a group")
    .optional(),
  /** The id of the last letter of the page before. */
  before: letterId.optional(),
  limit: wholeNumber(1, 200, 50),
})

export const deadLetterIdsSchema = z.strictObject({
  ids: z.array(letterId).min(1, "must hold at least one id").max(200, "must hold at most 200 ids"),
})

const subjectId = z.string().regex(/^[\w.:-]{1,128}$/, "must be 1 to 128 letters, digits, or any of . _ : -")

export const unlinkSchema = z.strictObject({ visitor_id: subjectId, customer_id: subjectId })

export const conflictsSchema = z.strictObject({ draft: draftSchema.optional() })

export const ruleIdSchema = z.strictObject({
  id: z.string().regex(/^[\w.-]{1,64}$/, "must be the id of a rule"),
})

const productIds = z.array(z.string().min(1).max(200)).max(200)

/** A request made up, or on behalf of a shopper. */
export const previewSchema = z.strictObject({
  placement: z.string().min(1).max(64),
  product_ids: productIds.optional(),
  cart_product_ids: productIds.optional(),
  exclude: productIds.optional(),
  limit: z.number().int().min(1).max(200).optional(),
  visitor_id: subjectId.optional(),
  customer_id: subjectId.optional(),
  session_id: subjectId.optional(),
  /** Default: no restriction. */
  sales_channel_ids: productIds.default([]),
  context: z
    .strictObject({
      /** Default: now. */
      at: z.iso.datetime({ offset: true, error: "must be an ISO time with its zone" }).optional(),
      device: z.enum(["mobile", "tablet", "desktop"]).optional(),
      country: z
        .string()
        .regex(/^[A-Z]{2}$/, "must be a country code of two capital letters")
        .optional(),
      region: z
        .string()
        .regex(/^[A-Z0-9]{1,3}$/, "must be a subdivision without its country, e.g. IDF")
        .optional(),
      tz_offset: z.number().min(-840).max(840).optional(),
      latitude: z.number().min(-90).max(90).optional(),
      longitude: z.number().min(-180).max(180).optional(),
      weather: z
        .strictObject({ condition: z.enum(WEATHER_CONDITIONS), temperature: z.number().min(-90).max(60) })
        .optional(),
      local_events: z.array(z.string().min(1).max(64).toLowerCase()).max(8).optional(),
      locale: z.string().max(40).optional(),
      region_id: z.string().max(200).optional(),
      currency_code: z.string().length(3).optional(),
    })
    .default({}),
  draft: draftSchema.optional(),
})

export const whatIfSchema = z.strictObject({
  draft: draftSchema.default({ rules: [], without: [], placements: {} }),
  placement: z.string().min(1).max(64).optional(),
  /** Recorded requests that are played again. */
  requests: z.number().int().min(1).max(5_000).default(100),
})

export const auditsSchema = z.strictObject({
  /** Days, the newest first. */
  days: wholeNumber(1, 400, 30),
})
