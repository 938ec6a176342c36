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

export const rollbackSchema = z.strictObject({
  /** Default: the version that was live before. */
  version: z
    .string()
    .regex(/^[\w.-]{1,64}$/, "must be a model version, as listed by GET /admin/personalization/models")
    .optional(),
})

export const recommendedWithSchema = z.strictObject({ limit: wholeNumber(1, 24, 6) })
