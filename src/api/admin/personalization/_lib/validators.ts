import { z } from "zod"

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
