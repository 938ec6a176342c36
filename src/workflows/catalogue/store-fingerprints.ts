import { FIELDS, type ToProductOptions } from "./read-products"
import type { CostList } from "./read-costs"

/** Raise it when `toProduct` makes something else of the same rows: all products are read again. */
const FORM = 1
const PAGE = 500

/** The slice of Medusa's database connection (knex) that is used. */
export interface StoreDatabase {
  raw(sql: string, bindings: readonly unknown[]): Promise<{ rows: unknown[] }>
}

/** The store's tables could not be asked, e.g. where it keeps prices or stock elsewhere than Medusa does. */
export class NotComparable extends Error {}

export interface Fingerprint {
  id: string
  fingerprint: string
}

/** A line for each row of a relation that ends in a product, in an order of its own. */
const lines = (columns: string, from: string) =>
  `(SELECT string_agg(line, E'\\n' ORDER BY line) FROM (SELECT ROW(${columns})::text AS line FROM ${from}) AS rows)`

/** All that `toProduct` sees of a product, in the tables of Medusa 2.21. */
const PARTS = [
  "page.own",
  lines(
    "c.id, c.name",
    `product_category_product j JOIN product_category c ON c.id = j.product_category_id AND c.deleted_at IS NULL
     WHERE j.product_id = page.id`
  ),
  "(SELECT title FROM product_collection WHERE id = (page.own).collection_id AND deleted_at IS NULL)",
  "(SELECT value FROM product_type WHERE id = (page.own).type_id AND deleted_at IS NULL)",
  lines(
    "t.value",
    `product_tags j JOIN product_tag t ON t.id = j.product_tag_id AND t.deleted_at IS NULL
     WHERE j.product_id = page.id`
  ),
  lines(
    "o.id, o.title, v.rank, v.value",
    `product_product_option j JOIN product_option o ON o.id = j.product_option_id AND o.deleted_at IS NULL
     LEFT JOIN product_product_option_value k ON k.product_product_option_id = j.id AND k.deleted_at IS NULL
     LEFT JOIN product_option_value v ON v.id = k.product_option_value_id AND v.deleted_at IS NULL
     WHERE j.product_id = page.id AND j.deleted_at IS NULL`
  ),
  lines(
    "j.sales_channel_id",
    "product_sales_channel j WHERE j.product_id = page.id AND j.deleted_at IS NULL"
  ),
  lines(
    "v.id, v.variant_rank, v.manage_inventory, v.allow_backorder, v.metadata",
    "product_variant v WHERE v.product_id = page.id AND v.deleted_at IS NULL"
  ),
  lines(
    "p.id, p.price_set_id, p.amount, p.currency_code, p.price_list_id, p.min_quantity, p.rules_count, v.id",
    `product_variant v JOIN product_variant_price_set j ON j.variant_id = v.id AND j.deleted_at IS NULL
     JOIN price p ON p.price_set_id = j.price_set_id AND p.deleted_at IS NULL
     WHERE v.product_id = page.id AND v.deleted_at IS NULL`
  ),
  lines(
    "v.id, j.required_quantity, l.id, l.stocked_quantity, l.reserved_quantity",
    `product_variant v JOIN product_variant_inventory_item j ON j.variant_id = v.id AND j.deleted_at IS NULL
     LEFT JOIN inventory_level l ON l.inventory_item_id = j.inventory_item_id AND l.deleted_at IS NULL
     WHERE v.product_id = page.id AND v.deleted_at IS NULL`
  ),
]

const SQL = `
  WITH page AS MATERIALIZED (
    SELECT id, p AS own FROM product p WHERE deleted_at IS NULL AND id > ? ORDER BY id LIMIT ${PAGE}
  )
  SELECT id, hashtextextended(ROW(?::text, ${PARTS.join(",\n")})::text, 0)::text AS fingerprint
  FROM page ORDER BY id`

/**
 * Fingerprints of all products of the store, in pages by id: equal while nothing has changed that the recommender's
 * view of a product is made of. The database works them out: to read the products through Medusa takes Node some 3 ms
 * each, in turns of up to half a second.
 * @throws NotComparable
 */
export async function* storeFingerprints(
  database: StoreDatabase,
  { currency, costList }: Pick<ToProductOptions, "currency"> & { costList?: CostList }
): AsyncGenerator<Fingerprint[]> {
  const basis = JSON.stringify([FORM, FIELDS, currency, [...(costList?.ids ?? [])].sort()])
  for (let after = ""; ;) {
    const { rows } = await database.raw(SQL, [after, basis]).catch((cause: Error) => {
      throw new NotComparable(cause.message, { cause })
    })
    if (rows.length === 0) return
    const page = rows as Fingerprint[]
    after = page[page.length - 1].id
    yield page
  }
}
