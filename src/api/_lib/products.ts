import { PersonalizationError } from "../../services/lib"

/** Where prices are asked for. */
export interface PricesAsked {
  region_id?: string
  currency_code?: string
}

/** What prices are calculated by, as in Medusa's own product routes. */
export interface PriceContext extends PricesAsked {
  currency_code: string
  /** Price lists may hold for groups of customers. */
  customer?: { groups: { id: string }[] }
}

export type HydratedProduct = { id: string } & Record<string, unknown>

const DEFAULT_FIELDS = ["id", "title", "subtitle", "handle", "thumbnail", "variants.id", "variants.title"]

/** What a storefront may ask for beyond the default: the parts of a product that the store's own routes show. */
const ALLOWED =
  /^\*?(id|title|subtitle|description|handle|thumbnail|collection_id|type_id|weight|created_at|metadata|(variants|options|options\.values|images|tags|collection|type|categories)(\.(id|title|name|value|url|rank|sku|handle|thumbnail|metadata|calculated_price|\*))?)$/

/**
 * The fields to read for `fields=`; without it the default ones.
 * @throws PersonalizationError `invalid_input` that names the first field a shopper may not read
 */
export function productFields(fields: string | undefined): string[] {
  if (!fields) return DEFAULT_FIELDS
  const wanted = fields
    .split(",")
    .map((field) => field.trim())
    .filter(Boolean)
  const refused = wanted.find((field) => !ALLOWED.test(field.replace(/^\+/, "")))
  if (refused !== undefined) throw wrong("fields", `"${refused.slice(0, 60)}" can't be asked for here`)
  const extra = wanted.map((field) => field.replace(/^\+/, "").replace(/^\*(.+)$/, "$1.*"))
  return [...new Set([...DEFAULT_FIELDS, ...extra.filter((field) => !field.includes("calculated_price"))])]
}

/** A 400 about one field. */
export function wrong(path: string, message: string, cause?: unknown): PersonalizationError {
  return new PersonalizationError("invalid_input", `${path}: ${message}`, {
    fields: [{ path, message }],
    cause,
  })
}

export const noSuchRegion = (): PersonalizationError => wrong("region_id", "no such region")
