import { Client } from "pg"
import { storeFingerprints, type StoreDatabase } from "../../src/workflows/catalogue/store-fingerprints"

const url = process.env.PERSONALIZATION_STORE_DATABASE_URL
const MISSING =
  "skipped: fingerprints.spec.ts needs the store's tables: start the demo (npm start) and set PERSONALIZATION_STORE_DATABASE_URL"
if (!url) {
  if (process.env.CI) throw new Error(MISSING)
  console.warn(MISSING)
}

/** Two products that share a category; one has all that a product can have. */
const PRODUCTS = `
  INSERT INTO product_type (id, value) VALUES ('test', 'Type');
  INSERT INTO product_collection (id, title, handle) VALUES ('test', 'Collection', 'test');
  INSERT INTO product_category (id, name, handle, mpath) VALUES ('test', 'Category', 'test', 'test');
  INSERT INTO product_tag (id, value) VALUES ('test', 'Tag');
  INSERT INTO product (id, title, handle, type_id, collection_id)
    VALUES ('test', 'Product', 'test', 'test', 'test'), ('test_other', 'Other', 'test-other', NULL, NULL);
  INSERT INTO product_category_product (product_id, product_category_id) VALUES ('test', 'test'), ('test_other', 'test');
  INSERT INTO product_tags (product_id, product_tag_id) VALUES ('test', 'test');
  INSERT INTO product_sales_channel (id, product_id, sales_channel_id) VALUES ('test', 'test', 'test');
  INSERT INTO product_option (id, title) VALUES ('test', 'Option');
  INSERT INTO product_option_value (id, value, option_id) VALUES ('test', 'Value', 'test');
  INSERT INTO product_product_option (id, product_id, product_option_id) VALUES ('test', 'test', 'test');
  INSERT INTO product_product_option_value (id, product_product_option_id, product_option_value_id)
    VALUES ('test', 'test', 'test');
  INSERT INTO product_variant (id, title, product_id) VALUES ('test', 'Variant', 'test');
  INSERT INTO price_set (id) VALUES ('test');
  INSERT INTO product_variant_price_set (id, variant_id, price_set_id) VALUES ('test', 'test', 'test');
  INSERT INTO price (id, price_set_id, currency_code, amount, raw_amount) VALUES ('test', 'test', 'eur', 9, '{}');
  INSERT INTO inventory_item (id) VALUES ('test');
  INSERT INTO product_variant_inventory_item (id, variant_id, inventory_item_id) VALUES ('test', 'test', 'test');
  INSERT INTO inventory_level (id, inventory_item_id, location_id, stocked_quantity, reserved_quantity)
    VALUES ('test', 'test', 'test', 9, 0)`

/** All in one transaction: the running shop sees nothing of it, and it nothing of what other tests do there. */
;(url ? describe : describe.skip)("fingerprints of the store's products", () => {
  const client = new Client({ connectionString: url })
  const database: StoreDatabase = {
    raw: (sql, bindings) => {
      let n = 0
      return client.query(
        sql.replace(/\?/g, () => `$${++n}`),
        [...bindings]
      )
    },
  }
  const fingerprints = async (currency = "eur") => {
    const all = new Map<string, string>()
    for await (const page of storeFingerprints(database, { currency }))
      for (const { id, fingerprint } of page) all.set(id, fingerprint)
    return all
  }
  let before: Map<string, string>

  /** Products that are others after this statement, or are new or gone. */
  const changedBy = async (sql: string) => {
    await client.query("SAVEPOINT change")
    const { rowCount } = await client.query(sql)
    const after = await fingerprints()
    await client.query("ROLLBACK TO SAVEPOINT change")
    expect(rowCount).toBeGreaterThan(0)
    return [...new Set([...before.keys(), ...after.keys()])].filter((id) => before.get(id) !== after.get(id))
  }

  beforeAll(async () => {
    await client.connect()
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ")
    await client.query(PRODUCTS)
    before = await fingerprints()
  })
  afterAll(async () => {
    await client.query("ROLLBACK")
    await client.end()
  })

  it("are one for each product, and the same while nothing changes", async () => {
    const { rows } = await client.query("SELECT id FROM product WHERE deleted_at IS NULL ORDER BY id")
    expect([...before.keys()]).toEqual(rows.map(({ id }) => id))
    expect(await fingerprints()).toEqual(before)
  })

  it("are others where prices are taken in another currency", async () => {
    const other = await fingerprints("usd")
    expect([...before].filter(([id, fingerprint]) => other.get(id) === fingerprint)).toEqual([])
  })

  it.each([
    ["a title", "UPDATE product SET title = 'New' WHERE id = 'test'"],
    ["metadata", `UPDATE product SET metadata = '{"cost": 3}' WHERE id = 'test'`],
    ["a type's name", "UPDATE product_type SET value = 'New' WHERE id = 'test'"],
    ["a collection's title", "UPDATE product_collection SET title = 'New' WHERE id = 'test'"],
    ["a category less", "DELETE FROM product_category_product WHERE product_id = 'test'"],
    ["a tag's name", "UPDATE product_tag SET value = 'New' WHERE id = 'test'"],
    ["a tag less", "DELETE FROM product_tags WHERE product_id = 'test'"],
    ["an option's title", "UPDATE product_option SET title = 'New' WHERE id = 'test'"],
    ["a value of an option", "UPDATE product_option_value SET value = 'New' WHERE id = 'test'"],
    ["a value less", "UPDATE product_product_option_value SET deleted_at = now() WHERE id = 'test'"],
    ["a sales channel less", "UPDATE product_sales_channel SET deleted_at = now() WHERE id = 'test'"],
    ["a variant less", "UPDATE product_variant SET deleted_at = now() WHERE id = 'test'"],
    ["backorders", "UPDATE product_variant SET allow_backorder = true WHERE id = 'test'"],
    ["a cost", `UPDATE product_variant SET metadata = '{"cost": 3}' WHERE id = 'test'`],
    ["a price", "UPDATE price SET amount = 10 WHERE id = 'test'"],
    ["a price less", "UPDATE price SET deleted_at = now() WHERE id = 'test'"],
    ["stock", "UPDATE inventory_level SET stocked_quantity = 10 WHERE id = 'test'"],
    ["a reservation", "UPDATE inventory_level SET reserved_quantity = 1 WHERE id = 'test'"],
    [
      "how many a variant takes",
      "UPDATE product_variant_inventory_item SET required_quantity = 2 WHERE id = 'test'",
    ],
    ["a deletion", "UPDATE product SET deleted_at = now() WHERE id = 'test'"],
  ])("tell of %s", async (_, sql) => {
    expect(await changedBy(sql)).toEqual(["test"])
  })

  it("tell of a category's new name for all products in it", async () => {
    const changed = await changedBy("UPDATE product_category SET name = 'New' WHERE id = 'test'")
    expect(changed.sort()).toEqual(["test", "test_other"])
  })

  it("are the same where only what no list needs is another", async () => {
    expect(await changedBy("UPDATE inventory_level SET incoming_quantity = 5 WHERE id = 'test'")).toEqual([])
  })
})
