import { randomBytes } from "node:crypto"
import { Client } from "pg"
import { MedusaTables } from "."

const database = process.env.PERSONALIZATION_TEST_DATABASE_URL
const MISSING =
  "PERSONALIZATION_TEST_DATABASE_URL is not set; `npm test` sets it, or use: node scripts/lib/postgres.mjs run -- <command>"

/** The columns that are read, as Medusa 2.21.2 has made them. The HTTP contract suite reads a real store's. */
const TABLES = `
  CREATE TABLE api_key (id text, token text, type text, revoked_at timestamptz, deleted_at timestamptz);
  CREATE TABLE publishable_api_key_sales_channel (
    publishable_key_id varchar, sales_channel_id varchar, deleted_at timestamptz);
  CREATE TABLE cart (id text, deleted_at timestamptz);
  CREATE TABLE cart_line_item (id text, cart_id text, product_id text, deleted_at timestamptz);
  CREATE TABLE region (id text, currency_code text, deleted_at timestamptz);
  INSERT INTO api_key VALUES
    ('k1', 'pk_one', 'publishable', NULL, NULL), ('k2', 'pk_none', 'publishable', now() + interval '1 day', NULL),
    ('k3', 'pk_revoked', 'publishable', now() - interval '1 second', NULL),
    ('k4', 'pk_deleted', 'publishable', NULL, now()), ('k5', 'sk_secret', 'secret', NULL, NULL);
  INSERT INTO publishable_api_key_sales_channel VALUES
    ('k1', 'sc_1', NULL), ('k1', 'sc_2', NULL), ('k1', 'sc_gone', now()), ('k4', 'sc_1', NULL);
  INSERT INTO cart VALUES ('cart_full', NULL), ('cart_empty', NULL), ('cart_gone', now());
  INSERT INTO cart_line_item VALUES
    ('l1', 'cart_full', 'prod_1', NULL), ('l2', 'cart_full', 'prod_1', NULL), ('l3', 'cart_full', 'prod_2', NULL),
    ('l4', 'cart_full', 'prod_out', now()), ('l5', 'cart_full', NULL, NULL);
  INSERT INTO region VALUES ('reg_1', 'eur', NULL), ('reg_gone', 'usd', now());`

const schema = `medusa_${randomBytes(6).toString("hex")}`

if (!database) {
  if (process.env.CI === "true") {
    it("MedusaTables", () => {
      throw new Error(MISSING)
    })
  } else it.skip(`MedusaTables: ${MISSING}`, () => undefined)
} else {
  describe("MedusaTables", () => {
    const owner = new Client(database)
    const url = new URL(database)
    url.searchParams.set("options", `-c search_path=${schema}`)
    const tables = new MedusaTables({ url: url.href })
    beforeAll(async () => {
      await owner.connect()
      await owner.query(`CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${TABLES}`)
    })
    afterAll(async () => {
      await tables.close()
      await owner.query(`DROP SCHEMA ${schema} CASCADE`)
      await owner.end()
    })

    it.each([
      ["pk_one", ["sc_1", "sc_2"]],
      ["pk_none", []],
      ["pk_revoked", undefined],
      ["pk_deleted", undefined],
      ["sk_secret", undefined],
      ["pk_other", undefined],
    ])("knows the channels of %s", async (key, channels) => {
      expect((await tables.channelsOfKey(key))?.sort()).toEqual(channels)
    })

    it("knows the keys that are in force, the latest first", async () => {
      const keys = await tables.channelsOfKeys(10)
      expect([...keys].map(([key, channels]) => [key, channels.sort()])).toEqual([
        ["pk_none", []],
        ["pk_one", ["sc_1", "sc_2"]],
      ])
      expect([...(await tables.channelsOfKeys(1)).keys()]).toEqual(["pk_none"])
    })

    it.each([
      ["cart_full", ["prod_1", "prod_2"]],
      ["cart_empty", []],
      ["cart_gone", undefined],
      ["cart_other", undefined],
    ])("knows the products of %s", async (cart, products) => {
      expect((await tables.productsOfCart(cart))?.sort()).toEqual(products)
    })

    it.each([
      ["reg_1", "eur"],
      ["reg_gone", undefined],
    ])("knows the currency of %s", async (region, currency) => {
      expect(await tables.currencyOfRegion(region)).toBe(currency)
    })
  })
}

it("says when the database is not there", async () => {
  const tables = new MedusaTables({ url: "postgres://nobody@127.0.0.1:1/none" })
  await expect(tables.channelsOfKey("pk")).rejects.toMatchObject({ code: "unavailable", retryAfter: 1 })
  await tables.close()
})
