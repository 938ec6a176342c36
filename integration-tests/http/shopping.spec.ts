import { Client } from "pg"
import {
  admin,
  api,
  describeStore,
  eventually,
  headers,
  newShopper,
  products,
  recommend,
  type Shopper,
} from "./demo-store"
import { buy, fillCart, newCustomer } from "./shoppers"

describeStore("shopping", () => {
  const database = new Client({
    connectionString:
      process.env.PERSONALIZATION_STORE_DATABASE_URL ??
      "postgres://postgres:personalization@127.0.0.1:5442/medusa",
  })
  beforeAll(() => database.connect())
  afterAll(() => database.end())

  const purchaseOf = async (orderId: string) => {
    const { rows } = await database.query(
      "SELECT visitor_id, body FROM personalization.events WHERE type = 'purchase' AND body->'properties'->>'order_id' = $1",
      [orderId]
    )
    return rows[0]
  }
  const exposureOf = async (requestId: string) => {
    const { rows } = await database.query(
      "SELECT body FROM personalization.exposures WHERE request_id = $1",
      [requestId]
    )
    return rows[0]?.body as { slots: { productId: string }[] } | undefined
  }
  /** What they did; the order to forget them, which every process has to read, stands there for a minute. */
  const eventsOf = async (shopper: Shopper) => {
    const { rows } = await database.query(
      "SELECT type, customer_id, body FROM personalization.events WHERE visitor_id = $1 AND type <> 'forget' ORDER BY seq",
      [shopper.visitorId]
    )
    return rows
  }
  const subjectsOf = async (shopper: Shopper) => {
    const { rows } = await database.query(
      "SELECT customer_id FROM personalization.subjects WHERE visitor_id = $1",
      [shopper.visitorId]
    )
    return rows
  }
  const recentIds = async (shopper: Shopper, auth: object = {}) => {
    const { body } = await api()
      .get("/store/personalization/recommendations?placement=recently-viewed")
      .set({ ...(await headers(shopper)), ...auth })
    return body.items.map((item: { product_id: string }) => item.product_id)
  }

  it("fills cart-complete from the cart and leaves out what it holds", async () => {
    const shopper = newShopper()
    const [row] = await products(1)
    const cart = await fillCart(shopper, row.variants[0].id)
    const { status, body } = await recommend({ placement: "cart-complete", cart_id: cart.id }, shopper)
    expect(status).toBe(200)
    expect(body.items.length).toBeGreaterThan(0)
    expect(body.items.map((item: { product_id: string }) => item.product_id)).not.toContain(row.id)
  })

  it("learns of an order from the store itself, with the recommendation that led to it", async () => {
    const shopper = newShopper()
    const { body: list } = await recommend({ placement: "trending" }, shopper)
    const shown = list.items.find((item: { variant_id?: string }) => item.variant_id)
    const orderId = await buy(shopper, shown.variant_id, {
      request_id: list.request_id,
      placement: "trending",
    })
    expect(orderId).toMatch(/^order_/)
    const purchase = await eventually(() => purchaseOf(orderId), Boolean)
    expect(purchase).toMatchObject({
      visitor_id: shopper.visitorId,
      body: { items: [{ product_id: shown.product_id, request_id: list.request_id, placement: "trending" }] },
    })
    // The request that it is attributed to is on record, with the product among its slots.
    const exposure = await eventually(() => exposureOf(list.request_id), Boolean)
    expect(exposure?.slots.map((slot) => slot.productId)).toContain(shown.product_id)
  }, 30_000)

  it("keeps the history over a login", async () => {
    const shopper = newShopper()
    const [row] = (await products(5)).slice(4)
    await api()
      .post("/store/personalization/events")
      .set(await headers(shopper))
      .send({ events: [{ type: "view_item", ts: Date.now(), items: [{ product_id: row.id }] }] })
      .expect(202)
    await eventually(
      () => recentIds(shopper),
      (ids) => ids.includes(row.id)
    )
    const { auth } = await newCustomer(shopper)
    expect(await recentIds(shopper, auth)).toContain(row.id)
    // On another device the customer is still the customer.
    const elsewhere = await eventually(
      () => recentIds(newShopper(), auth),
      (ids) => ids.includes(row.id)
    )
    expect(elsewhere).toContain(row.id)
    // Someone who only knows the customer's name gets nothing of it.
    expect(await recentIds(newShopper())).not.toContain(row.id)
  })

  it("learns of a line that is taken out of the cart", async () => {
    const shopper = newShopper()
    const [row] = await products(1)
    const cart = await fillCart(shopper, row.variants[0].id)
    await api()
      .delete(`/store/carts/${cart.id}/line-items/${cart.lineId}`)
      .set(await headers(shopper))
      .expect(200)
    const events = await eventually(
      () => eventsOf(shopper),
      (found) => found.length >= 2
    )
    expect(events.map(({ type }) => type)).toEqual(["add_to_cart", "remove_from_cart"])
    expect(events[1].body.items).toMatchObject([{ product_id: row.id }])
  })

  it("forgets a customer whom the store deletes", async () => {
    const shopper = newShopper()
    const [row] = await products(1)
    const customer = await newCustomer(shopper)
    await api()
      .post("/store/personalization/events")
      .set({ ...(await headers(shopper)), ...customer.auth })
      .send({ events: [{ type: "view_item", ts: Date.now(), items: [{ product_id: row.id }] }] })
      .expect(202)
    expect(await eventsOf(shopper)).toMatchObject([{ type: "view_item", customer_id: customer.id }])
    expect(await subjectsOf(shopper)).toEqual([{ customer_id: customer.id }])
    await api()
      .delete(`/admin/customers/${customer.id}`)
      .set(await admin())
      .expect(200)
    const left = await eventually(
      async () => [...(await eventsOf(shopper)), ...(await subjectsOf(shopper))],
      (rows) => rows.length === 0
    )
    expect(left).toEqual([])
  })
})
