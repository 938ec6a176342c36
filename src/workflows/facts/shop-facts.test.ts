import type { RemoteQueryFunction } from "@medusajs/framework/types"
import { FULL_CONSENT } from "../../services/privacy"
import { cartLoginFact, cartMark, lineItemFact, lineMark, orderFact, returnFact } from "./shop-facts"

const CREATED = "2026-01-15T12:00:00.000Z"
const DELETED = "2026-01-15T12:05:00.000Z"
const RECEIVED = "2026-01-20T09:00:00.000Z"

const mark = { visitor_id: "v1", session_id: "s1", consent: FULL_CONSENT }
const guest = { customer_id: "cus_1", customer: { has_account: false } }
const account = { customer_id: "cus_1", customer: { has_account: true } }
const cart = {
  id: "cart_1",
  ...guest,
  currency_code: "eur",
  region_id: "reg_1",
  sales_channel_id: "sc_1",
  metadata: { personalization: mark },
}
const line = {
  id: "line_1",
  product_id: "prod_1",
  variant_id: "variant_1",
  quantity: 2,
  unit_price: 9.5,
  created_at: CREATED,
  deleted_at: DELETED,
  metadata: { personalization: { request_id: "req_1", placement: "trending" } },
}
const item = {
  product_id: "prod_1",
  variant_id: "variant_1",
  quantity: 2,
  price: 9.5,
  request_id: "req_1",
  placement: "trending",
}
const order = { ...cart, id: "order_1", metadata: null, created_at: CREATED, total: 19, items: [line] }
const orderCart = { cart: { metadata: cart.metadata } }

/** A query that finds these rows, by entity. */
const finding = (rows: Record<string, object | undefined>) =>
  ({
    graph: async ({ entity }: { entity: string }) => ({ data: rows[entity] ? [rows[entity]] : [] }),
  }) as unknown as RemoteQueryFunction

describe("cartMark and lineMark", () => {
  it("read what the storefront has left", () => {
    expect(cartMark(cart.metadata)).toEqual(mark)
    expect(lineMark(line.metadata)).toEqual({ request_id: "req_1", placement: "trending" })
  })

  it.each([
    ["nothing", undefined],
    ["a text", { personalization: "v1" }],
    ["wrong types", { personalization: { visitor_id: 1, session_id: {}, consent: "all", request_id: [] } }],
    ["far too long ids", { personalization: { visitor_id: "v".repeat(129), placement: "p".repeat(129) } }],
  ])("take nothing from %s", (_what, metadata) => {
    expect(Object.values(cartMark(metadata as Record<string, unknown>)).filter(Boolean)).toEqual([])
    expect(Object.values(lineMark(metadata as Record<string, unknown>)).filter(Boolean)).toEqual([])
  })
})

describe("lineItemFact", () => {
  const query = finding({ line_item: { ...line, cart } })

  it("is an add_to_cart at the time of the line, with the recommendation that led to it", async () => {
    expect(await lineItemFact(query, "line_1", "add_to_cart")).toMatchObject({
      ...mark,
      type: "add_to_cart",
      ts: Date.parse(CREATED),
      customer_id: undefined,
      context: { currency: "EUR", region_id: "reg_1", sales_channel_id: "sc_1" },
      items: [item],
    })
  })

  it("is a remove_from_cart at the time of deletion", async () => {
    const fact = await lineItemFact(query, "line_1", "remove_from_cart")
    expect(fact).toMatchObject({ type: "remove_from_cart", ts: Date.parse(DELETED), items: [item] })
  })

  it("has the same id each time it is told, and another one for another fact", async () => {
    const id = async (type: "add_to_cart" | "remove_from_cart") =>
      (await lineItemFact(query, "line_1", type))?.event_id
    expect(await id("add_to_cart")).toBe(await id("add_to_cart"))
    expect(await id("add_to_cart")).not.toBe(await id("remove_from_cart"))
  })

  it("says where it is sent to, as far as a code tells", async () => {
    const contextOf = async (shipping_address: object | null) => {
      const sent = finding({ line_item: { ...line, cart: { ...cart, shipping_address } } })
      const { country, region } = (await lineItemFact(sent, "line_1", "add_to_cart"))!.context!
      return [country, region]
    }
    expect(await contextOf({ country_code: "us", province: "us-ca" })).toEqual(["US", "US-CA"])
    expect(await contextOf({ country_code: "fr", province: "Île-de-France" })).toEqual(["FR", undefined])
    expect(await contextOf({ country_code: "fr", province: "us-ca" })).toEqual(["FR", undefined])
    expect(await contextOf({ country_code: null, province: "us-ca" })).toEqual([undefined, undefined])
    expect(await contextOf(null)).toEqual([undefined, undefined])
  })

  it("names nobody when the cart bears no mark", async () => {
    const unmarked = finding({ line_item: { ...line, metadata: null, cart: { ...cart, metadata: null } } })
    const fact = await lineItemFact(unmarked, "line_1", "add_to_cart")
    expect([fact?.visitor_id, fact?.session_id, fact?.consent]).toEqual([undefined, undefined, undefined])
    expect(fact?.items).toEqual([{ ...item, request_id: undefined, placement: undefined }])
  })

  it.each([
    ["an unknown line", undefined],
    ["a line of no product", { ...line, product_id: null, cart }],
    ["a line of no cart", line],
  ])("is nothing for %s", async (_what, row) => {
    expect(await lineItemFact(finding({ line_item: row }), "line_1", "add_to_cart")).toBeUndefined()
  })
})

describe("cartLoginFact", () => {
  it("says that the cart's visitor is that customer", async () => {
    const fact = await cartLoginFact(finding({ cart: { ...cart, ...account } }), "cart_1")
    expect(fact).toMatchObject({ type: "login", visitor_id: "v1", customer_id: "cus_1" })
  })

  it.each([
    ["an unknown cart", undefined],
    ["a guest's cart", cart],
    ["a cart without a mark", { ...cart, ...account, metadata: null }],
  ])("is nothing for %s", async (_what, row) => {
    expect(await cartLoginFact(finding({ cart: row }), "cart_1")).toBeUndefined()
  })
})

describe("orderFact", () => {
  it("is a guest's purchase under the visitor of the cart", async () => {
    const fact = await orderFact(finding({ order, order_cart: orderCart }), "order_1")
    expect(fact).toMatchObject({
      ...mark,
      type: "purchase",
      ts: Date.parse(CREATED),
      customer_id: undefined,
      items: [item],
      value: 19,
      currency: "EUR",
      properties: { order_id: "order_1" },
    })
  })

  it("names the customer who has an account", async () => {
    const own = finding({ order: { ...order, ...account }, order_cart: orderCart })
    expect(await orderFact(own, "order_1")).toMatchObject({ visitor_id: "v1", customer_id: "cus_1" })
  })

  it("believes the order's own mark before the cart's", async () => {
    const marked = { ...order, metadata: { personalization: { ...mark, visitor_id: "v2" } } }
    const fact = await orderFact(finding({ order: marked, order_cart: orderCart }), "order_1")
    expect(fact?.visitor_id).toBe("v2")
  })

  it("names nobody when neither bears a mark", async () => {
    const fact = await orderFact(finding({ order }), "order_1")
    expect(fact).toMatchObject({ type: "purchase", items: [item] })
    expect([fact?.visitor_id, fact?.session_id, fact?.consent]).toEqual([undefined, undefined, undefined])
  })

  it("is nothing for an unknown order or one without products", async () => {
    expect(await orderFact(finding({}), "order_1")).toBeUndefined()
    const custom = { ...order, items: [{ ...line, product_id: null }] }
    expect(await orderFact(finding({ order: custom }), "order_1")).toBeUndefined()
  })
})

describe("returnFact", () => {
  const returned = (received_at: string | null, received_quantity: number, more: object[] = []) =>
    finding({
      order: { ...order, items: [line, { ...line, id: "line_2", product_id: "prod_2" }] },
      order_cart: orderCart,
      return: { id: "return_1", received_at, items: [{ item_id: "line_1", received_quantity }, ...more] },
    })

  it("is a refund of what was received", async () => {
    const query = returned(RECEIVED, 1, [{ item_id: "line_2", received_quantity: 0 }])
    const fact = await returnFact(query, "order_1", "return_1")
    expect(fact).toMatchObject({ visitor_id: "v1", type: "refund", ts: Date.parse(RECEIVED) })
    expect(fact?.items).toEqual([{ ...item, quantity: 1 }])
    expect(fact?.value).toBeUndefined()
    expect((await returnFact(query, "order_1", "return_1"))?.event_id).toBe(fact?.event_id)
  })

  it("waits until all of it has been received", async () => {
    expect(await returnFact(returned(null, 1), "order_1", "return_1")).toBeUndefined()
  })

  it("is nothing when nothing known came back", async () => {
    expect(await returnFact(returned(RECEIVED, 0), "order_1", "return_1")).toBeUndefined()
    expect(await returnFact(finding({ order }), "order_1", "return_1")).toBeUndefined()
  })
})
