import { v7 as uuidv7 } from "uuid"
import request from "supertest"

/** Where the running demo is, as scripts/test.mjs (or a person) says it. */
const storeUrl = process.env.PERSONALIZATION_STORE_URL
const storefrontUrl = process.env.PERSONALIZATION_STOREFRONT_URL

if (!storeUrl && process.env.CI) {
  throw new Error("PERSONALIZATION_STORE_URL is not set: in CI the HTTP tests need the running demo.")
}
if (!storeUrl) {
  console.warn(
    "HTTP tests skipped: start the demo (npm start) and set PERSONALIZATION_STORE_URL=http://localhost:9000"
  )
}

// A store on a busy machine may take its time; what is tested here is what it answers.
jest.setTimeout(60_000)

/** `describe`, skipped without a store to talk to. */
export const describeStore = storeUrl ? describe : describe.skip

export interface Shopper {
  visitorId: string
  sessionId: string
}

export const GRANTED = { analytics: true, personalization: true, experimentation: true, model_training: true }

export const newShopper = (): Shopper => ({ visitorId: `test-${uuidv7()}`, sessionId: `session-${uuidv7()}` })

export const api = () => request(storeUrl as string)

let key: Promise<string> | undefined

/** The storefront's publishable key. */
export function publishableKey(): Promise<string> {
  key ??= fetch(`${storefrontUrl ?? "http://localhost:8000"}/config.json`)
    .then((response) => response.json())
    .then((config) => (config as { publishableKey: string }).publishableKey)
  return key
}

/** Headers of a shopper who has agreed to everything, unless told otherwise. */
export async function headers(shopper?: Shopper, consent = Object.keys(GRANTED).join(",")) {
  return {
    "x-publishable-api-key": await publishableKey(),
    ...(shopper && {
      "x-personalization-visitor": shopper.visitorId,
      "x-personalization-session": shopper.sessionId,
      "x-personalization-consent": consent,
    }),
  }
}

export const event = (type: string, productIds: string[], extra: object = {}) => ({
  event_id: uuidv7(),
  type,
  ts: Date.now(),
  items: productIds.map((product_id) => ({ product_id })),
  ...extra,
})

export async function send(events: object[], shopper?: Shopper) {
  return api()
    .post("/store/personalization/events")
    .set(await headers(shopper))
    .send({ sent_at: Date.now(), events })
}

interface ProductRow {
  id: string
  title: string
  categories: { id: string }[]
  variants: { id: string }[]
}

interface Stocked {
  inventory_quantity: number
}

/** Products of the store with their categories, and of each the variant with the most in stock first. */
export async function products(limit = 100): Promise<ProductRow[]> {
  const { body } = await api()
    .get(`/store/products?limit=${limit}&fields=id,title,*categories,*variants,+variants.inventory_quantity`)
    .set(await headers())
    .expect(200)
  // Some variants of the demo are sold out, and their order differs from one seeding to the next.
  for (const { variants } of body.products)
    variants.sort((a: Stocked, b: Stocked) => b.inventory_quantity - a.inventory_quantity)
  return body.products
}

export async function recommend(query: Record<string, string | number>, shopper?: Shopper) {
  return api()
    .get("/store/personalization/recommendations")
    .query(query)
    .set(await headers(shopper))
}

/** Asks until `done` says yes; for what the store does a moment after it has answered. */
export async function eventually<T>(
  ask: () => Promise<T>,
  done: (value: T) => boolean,
  ms = 10_000
): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const value = await ask()
    if (done(value) || Date.now() > end) return value
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Bearer header of the demo's admin. */
export async function admin() {
  const { body } = await api()
    .post("/auth/user/emailpass")
    .send({
      email: process.env.PERSONALIZATION_ADMIN_EMAIL ?? "admin@example.com",
      password: process.env.PERSONALIZATION_ADMIN_PASSWORD,
    })
    .expect(200)
  return { Authorization: `Bearer ${body.token}` }
}
