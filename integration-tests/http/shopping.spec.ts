import { Client } from "pg"
import {
  api,
  describeStore,
  eventually,
  GRANTED,
  headers,
  newShopper,
  products,
  recommend,
  type Shopper,
} from "./demo-store"

/** Puts a product into a new cart, as the storefront does, and completes the order. */
async function buy(shopper: Shopper, variantId: string, mark: object, auth: object = {}): Promise<string> {
  const set = { ...(await headers(shopper)), ...auth }
  const { body: regions } = await api().get("/store/regions").set(set).expect(200)
  const personalization = { visitor_id: shopper.visitorId, session_id: shopper.sessionId, consent: GRANTED }
  const { body: created } = await api()
    .post("/store/carts")
    .set(set)
    .send({ region_id: regions.regions[0].id, metadata: { personalization } })
    .expect(200)
  const cart = `/store/carts/${created.cart.id}`
  await api()
    .post(`${cart}/line-items`)
    .set(set)
    .send({ variant_id: variantId, quantity: 1, metadata: { personalization: mark } })
    .expect(200)
  const country = regions.regions[0].countries[0].iso_2
  const address = {
    first_name: "A",
    last_name: "B",
    address_1: "C 1",
    city: "D",
    postal_code: "1",
    country_code: country,
  }
  await api()
    .post(cart)
    .set(set)
    .send({ email: "shopper@example.com", shipping_address: address, billing_address: address })
    .expect(200)
  const { body: shipping } = await api()
    .get(`/store/shipping-options?cart_id=${created.cart.id}`)
    .set(set)
    .expect(200)
  await api()
    .post(`${cart}/shipping-methods`)
    .set(set)
    .send({ option_id: shipping.shipping_options[0].id })
    .expect(200)
  const { body: collection } = await api()
    .post("/store/payment-collections")
    .set(set)
    .send({ cart_id: created.cart.id })
    .expect(200)
  await api()
    .post(`/store/payment-collections/${collection.payment_collection.id}/payment-sessions`)
    .set(set)
    .send({ provider_id: "pp_system_default" })
    .expect(200)
  const { body: done } = await api().post(`${cart}/complete`).set(set).expect(200)
  return done.order.id
}

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
  const recentIds = async (shopper: Shopper, auth: object = {}) => {
    const { body } = await api()
      .get("/store/personalization/recommendations?placement=recently-viewed")
      .set({ ...(await headers(shopper)), ...auth })
    return body.items.map((item: { product_id: string }) => item.product_id)
  }

  it("fills cart-complete from the cart and leaves out what it holds", async () => {
    const shopper = newShopper()
    const [row] = await products(1)
    const set = await headers(shopper)
    const { body: regions } = await api().get("/store/regions").set(set)
    const { body: created } = await api()
      .post("/store/carts")
      .set(set)
      .send({ region_id: regions.regions[0].id })
    await api()
      .post(`/store/carts/${created.cart.id}/line-items`)
      .set(set)
      .send({ variant_id: row.variants[0].id, quantity: 1 })
      .expect(200)
    const { status, body } = await recommend(
      { placement: "cart-complete", cart_id: created.cart.id },
      shopper
    )
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
    const email = `${shopper.visitorId}@example.com`
    const { body: registered } = await api()
      .post("/auth/customer/emailpass/register")
      .send({ email, password: "a-long-password" })
      .expect(200)
    await api()
      .post("/store/customers")
      .set({ ...(await headers()), Authorization: `Bearer ${registered.token}` })
      .send({ email })
      .expect(200)
    const { body: login } = await api()
      .post("/auth/customer/emailpass")
      .send({ email, password: "a-long-password" })
      .expect(200)
    const auth = { Authorization: `Bearer ${login.token}` }
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
})
