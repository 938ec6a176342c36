import { z } from "zod"

/** Lists that one page may ask for in one call. */
const MAX_PLACEMENTS = 12
const MAX_EXCLUDE = 200
/** Products that one call may have put in order. */
const MAX_RANKED = 200

/** An id as Medusa or a merchant makes it: bounded, and without control characters, which PostgreSQL refuses. */
const id = z
  .string()
  .min(1)
  .max(200)
  // eslint-disable-next-line no-control-regex -- these are what is refused
  .regex(/^[^\u0000-\u001f\u007f]+$/, "must not hold control characters")

const situation = {
  region_id: id.optional(),
  currency_code: z
    .string()
    .regex(/^[A-Za-z]{3}$/, "must be a currency code of three letters")
    .transform((code) => code.toLowerCase())
    .optional(),
  country_code: z
    .string()
    .regex(/^[A-Za-z]{2}$/, "must be a country code of two letters")
    .transform((code) => code.toUpperCase())
    .optional(),
}

const shown = {
  ...situation,
  fields: z.string().max(2_000).optional(),
}

const commaList = z
  .string()
  .max(MAX_EXCLUDE * 201)
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "")
  )
  .pipe(z.array(id).max(MAX_EXCLUDE))

/** Making a schema costs more than making a list: the one of each limit is kept. */
function onceALimit<S>(make: (maxLimit: number) => S): (maxLimit: number) => S {
  const made = new Map<number, S>()
  return (maxLimit) => {
    let schema = made.get(maxLimit)
    if (!schema) made.set(maxLimit, (schema = make(maxLimit)))
    return schema
  }
}

/** Query of `GET /store/personalization/recommendations`. @param maxLimit longest list that may be asked for */
export const recommendationQuerySchema = onceALimit((maxLimit) =>
  z.strictObject({
    placement: id,
    product_id: id.optional(),
    cart_id: id.optional(),
    limit: z
      .string()
      .regex(/^\d{1,6}$/, "must be a whole number")
      .transform(Number)
      .pipe(z.number().int().min(1).max(maxLimit))
      .optional(),
    exclude: commaList.optional(),
    ...shown,
  })
)

/** Body of `POST /store/personalization/recommendations`. @param maxLimit longest list that may be asked for */
export const recommendationBodySchema = onceALimit((maxLimit) =>
  z.strictObject({
    placements: z
      .array(
        z.strictObject({
          placement: id,
          product_id: id.optional(),
          cart_id: id.optional(),
          limit: z.number().int().min(1).max(maxLimit).optional(),
        })
      )
      .min(1)
      .max(MAX_PLACEMENTS),
    exclude: z.array(id).max(MAX_EXCLUDE).optional(),
    ...shown,
  })
)

/** Body of `POST /store/personalization/rank`. */
export const rankBodySchema = z.strictObject({
  product_ids: z.array(id).min(1).max(MAX_RANKED),
  placement: id.default("listing-rerank"),
  limit: z.number().int().min(1).max(MAX_RANKED).optional(),
  ...situation,
})
