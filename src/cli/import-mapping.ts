import { readFileSync } from "node:fs"
import { z } from "zod"
import { parse, PersonalizationError } from "../services/lib"

/** What a column can be. `order_id` makes lines one basket; title to image describe the product of the line. */
export const FIELDS = [
  "ts",
  "type",
  "product_id",
  "variant_id",
  "visitor_id",
  "customer_id",
  "session_id",
  "order_id",
  "quantity",
  "price",
  "currency",
  "country",
  "value",
  "query",
  "rating",
  "title",
  "description",
  "category",
] as const
export type Field = (typeof FIELDS)[number]

/** Field → column (CSV header, or dotted path in a JSON line). */
export type Mapping = Partial<Record<Field, string>>

const mappingSchema = z.strictObject(
  Object.fromEntries(FIELDS.map((field) => [field, z.string().min(1).optional()])) as Record<
    Field,
    z.ZodOptional<z.ZodString>
  >
)

function pairs(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(",").map((pair) => {
      const at = pair.indexOf("=")
      if (at < 1)
        throw new PersonalizationError("invalid_option", `--map: "${pair}" is not of the form field=column`)
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
    })
  )
}

/**
 * Reads `--map`: a JSON file, or `field=column,field=column`. Without it columns are named like the fields.
 * @throws PersonalizationError `invalid_option`, `invalid_input` that names the field
 */
export function readMapping(text: string | undefined): Mapping {
  if (text === undefined) return Object.fromEntries(FIELDS.map((field) => [field, field]))
  if (!text.endsWith(".json")) return parse(mappingSchema, pairs(text), "--map") as Mapping
  let content: unknown
  try {
    content = JSON.parse(readFileSync(text, "utf8"))
  } catch (cause) {
    throw new PersonalizationError(
      "invalid_option",
      `--map: cannot read ${text}: ${(cause as Error).message}`,
      {
        cause,
      }
    )
  }
  return parse(mappingSchema, content, "--map") as Mapping
}

/** The mapped values of one row, as text; empty values are left out. */
export type MappedRow = Partial<Record<Field, string>>

function at(record: Record<string, unknown>, path: string): unknown {
  if (path in record) return record[path]
  let value: unknown = record
  for (const part of path.split(".")) value = (value as Record<string, unknown> | null | undefined)?.[part]
  return value
}

export function mapRow(record: Record<string, unknown>, mapping: Mapping): MappedRow {
  const row: MappedRow = {}
  for (const field of Object.keys(mapping) as Field[]) {
    const value = at(record, mapping[field]!)
    if (value === undefined || value === null) continue
    const text = String(value).trim()
    if (text !== "") row[field] = text
  }
  return row
}
