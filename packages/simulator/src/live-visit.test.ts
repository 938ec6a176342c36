import http from "node:http"
import type { AddressInfo } from "node:net"
import { Random } from "../../../src/services/lib"
import { generateProducts, generateShoppers, handleIds, LiveVisit, trickle, type LiveShop } from "."

interface Call {
  path: string
  headers: http.IncomingHttpHeaders
  body: Record<string, never> & { events: Record<string, unknown>[]; metadata: Record<string, unknown> }
}

const products = generateProducts()
const ids = handleIds(products)
const shopper = generateShoppers(50).find((one) => one.consent.personalization && one.country.code === "DE")!

/** A store that recommends the first four products to everybody and takes every order. */
function answer(path: string): object {
  if (path.endsWith("/recommendations")) {
    const items = [0, 1, 2, 3].map((index) => ({ product_id: ids.product(index) }))
    return { recommendations: [{ request_id: "request-1", placement: "home-for-you", items }] }
  }
  if (path.startsWith("/store/shipping-options")) return { shipping_options: [{ id: "shipping" }] }
  if (path.endsWith("/complete")) return { order: { id: "order" } }
  return { cart: { id: "cart" }, payment_collection: { id: "payment" } }
}

describe("a live visit", () => {
  const calls: Call[] = []
  let shop: LiveShop
  const server = http.createServer((request, response) => {
    let text = ""
    request.on("data", (chunk) => (text += chunk))
    request.on("end", () => {
      calls.push({ path: request.url!, headers: request.headers, body: text ? JSON.parse(text) : {} })
      response
        .writeHead(request.headers["x-publishable-api-key"] === "pk_test" ? 200 : 400)
        .end(JSON.stringify(answer(request.url!)))
    })
  })

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const { port } = server.address() as AddressInfo
    shop = {
      baseUrl: `http://127.0.0.1:${port}`,
      publishableKey: "pk_test",
      regions: { eur: "region-eur", usd: "region-usd" },
      products: products.map((product, index) => ({
        id: ids.product(index),
        variants: product.variants.map((_, variant) => ids.variant(index, variant)),
      })),
    }
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))
  beforeEach(() => {
    calls.length = 0
  })

  const visits = async (count: number) => {
    const random = new Random(3)
    const total = { views: 0, clicksOnRecommendations: 0, addedToCart: 0, orders: 0 }
    for (let i = 0; i < count; i++) {
      const report = await new LiveVisit(shop, products, shopper, random, () => Promise.resolve()).play()
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += report[key]
    }
    return total
  }

  it("sees, clicks and views what is recommended, with the request it came from", async () => {
    const total = await visits(5)
    const events = calls.flatMap((call) => call.body.events ?? [])
    const clicks = events.filter((event) => event.type === "select_item")
    expect(clicks).toHaveLength(total.clicksOnRecommendations)
    expect(clicks.length).toBeGreaterThan(0)
    for (const click of clicks)
      expect(click).toMatchObject({ request_id: "request-1", placement: "home-for-you" })
    expect(events.filter((event) => event.type === "view_item")).toHaveLength(total.views)
    expect(new Set(events.map((event) => event.event_id)).size).toBe(events.length)
  })

  it("comes as a browser with consent, and puts its request on the cart line and its identity on the cart", async () => {
    const total = await visits(40)
    expect(total.addedToCart).toBeGreaterThan(0)
    expect(total.orders).toBeGreaterThan(0)
    for (const { headers } of calls) {
      expect(headers["user-agent"]).toMatch(/^Mozilla/)
      expect(headers["x-publishable-api-key"]).toBe("pk_test")
      expect(headers["x-personalization-consent"]).toContain("personalization")
    }
    const cart = calls.find((call) => call.path === "/store/carts")!
    expect(cart.body.metadata).toMatchObject({ personalization: { visitor_id: shopper.visitorId } })
    const line = calls.find((call) => call.path.endsWith("/line-items") && call.body.metadata)!
    expect(line.body.metadata).toEqual({
      personalization: { request_id: "request-1", placement: "home-for-you" },
    })
  })

  it("goes on after failures and ends when told to", async () => {
    const ending = new AbortController()
    const errors: Error[] = []
    await trickle({
      shop: { ...shop, publishableKey: "pk_wrong" },
      products,
      shoppers: [shopper],
      seed: 1,
      concurrency: 1,
      stepMs: 1,
      signal: ending.signal,
      onError: (error) => {
        errors.push(error)
        ending.abort(new Error("enough"))
      },
    })
    expect(errors[0].message).toContain("400")
  })
})
