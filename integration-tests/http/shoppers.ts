import { api, GRANTED, headers, type Shopper } from "./demo-store"

/** A cart with one product, as the storefront fills it. */
export interface FilledCart {
  id: string
  lineId: string
  countryCode: string
}

/** Puts a product into a new cart, with the shopper's mark on it and `mark` on the line. */
export async function fillCart(
  shopper: Shopper,
  variantId: string,
  mark: object = {},
  auth: object = {}
): Promise<FilledCart> {
  const set = { ...(await headers(shopper)), ...auth }
  const { body: regions } = await api().get("/store/regions").set(set).expect(200)
  const personalization = { visitor_id: shopper.visitorId, session_id: shopper.sessionId, consent: GRANTED }
  const { body: created } = await api()
    .post("/store/carts")
    .set(set)
    .send({ region_id: regions.regions[0].id, metadata: { personalization } })
    .expect(200)
  const { body: filled } = await api()
    .post(`/store/carts/${created.cart.id}/line-items`)
    .set(set)
    .send({ variant_id: variantId, quantity: 1, metadata: { personalization: mark } })
    .expect(200)
  return {
    id: created.cart.id,
    lineId: filled.cart.items[0].id,
    countryCode: regions.regions[0].countries[0].iso_2,
  }
}

/** Fills a cart and completes the order; the order's id. */
export async function buy(
  shopper: Shopper,
  variantId: string,
  mark: object,
  auth: object = {}
): Promise<string> {
  const set = { ...(await headers(shopper)), ...auth }
  const { id, countryCode } = await fillCart(shopper, variantId, mark, auth)
  const cart = `/store/carts/${id}`
  const address = {
    first_name: "A",
    last_name: "B",
    address_1: "C 1",
    city: "D",
    postal_code: "1",
    country_code: countryCode,
  }
  await api()
    .post(cart)
    .set(set)
    .send({ email: "shopper@example.com", shipping_address: address, billing_address: address })
    .expect(200)
  const { body: shipping } = await api().get(`/store/shipping-options?cart_id=${id}`).set(set).expect(200)
  await api()
    .post(`${cart}/shipping-methods`)
    .set(set)
    .send({ option_id: shipping.shipping_options[0].id })
    .expect(200)
  const { body: collection } = await api()
    .post("/store/payment-collections")
    .set(set)
    .send({ cart_id: id })
    .expect(200)
  await api()
    .post(`/store/payment-collections/${collection.payment_collection.id}/payment-sessions`)
    .set(set)
    .send({ provider_id: "pp_system_default" })
    .expect(200)
  const { body: done } = await api().post(`${cart}/complete`).set(set).expect(200)
  return done.order.id
}

/** Makes an account of the shopper's and logs in: the customer's id and the header that says who asks. */
export async function newCustomer(
  shopper: Shopper
): Promise<{ id: string; auth: { Authorization: string } }> {
  const account = { email: `${shopper.visitorId}@example.com`, password: "a-long-password" }
  const { body: registered } = await api().post("/auth/customer/emailpass/register").send(account).expect(200)
  const { body: created } = await api()
    .post("/store/customers")
    .set({ ...(await headers()), Authorization: `Bearer ${registered.token}` })
    .send({ email: account.email })
    .expect(200)
  const { body: login } = await api().post("/auth/customer/emailpass").send(account).expect(200)
  return { id: created.customer.id, auth: { Authorization: `Bearer ${login.token}` } }
}
