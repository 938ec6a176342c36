/** Looks at the running demo from outside, over HTTP, as a shopper's and a merchant's browser would. */
import { randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"

const CONSENT = "analytics,personalization,experimentation,model_training"

/** Product and list requests of one anonymous shopper who has agreed to everything. */
class Visitor {
  visitor = randomUUID()
  session = randomUUID()

  constructor({ store, publishableKey }) {
    this.store = store
    this.publishableKey = publishableKey
  }

  async call(method, path, body) {
    const response = await fetch(this.store + path, {
      method,
      headers: {
        "content-type": "application/json",
        // Node's own name would be taken for a robot's, whose views are kept out of the lists.
        "user-agent":
          "Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
        "x-publishable-api-key": this.publishableKey,
        "x-personalization-visitor": this.visitor,
        "x-personalization-session": this.session,
        "x-personalization-consent": CONSENT,
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 200)}`)
    return JSON.parse(text)
  }

  async items(placement, query = "") {
    const path = `/store/personalization/recommendations?placement=${placement}&limit=6${query}`
    return (await this.call("GET", path)).items
  }

  view(productId) {
    return this.call("POST", "/store/personalization/events", {
      sent_at: new Date().toISOString(),
      events: [{ type: "view_item", ts: Date.now(), items: [{ product_id: productId }] }],
    })
  }
}

/** Resolves as soon as the store answers with a recommendation. */
export async function firstRecommendation(shop, { running, seconds = 120 }) {
  const visitor = new Visitor(shop)
  const until = Date.now() + seconds * 1000
  for (let last; ; await sleep(250)) {
    if (!running()) throw new Error("the store ended while it was starting")
    try {
      if ((await visitor.items("trending")).length) return
      last = "the list was empty"
    } catch (error) {
      last = error.message
    }
    if (Date.now() > until) throw new Error(`no recommendation within ${seconds} s: ${last}`)
  }
}

/**
 * All checks of `npm start -- --once`, in order.
 * @returns {Array<{ name: string, run: () => Promise<string> }>} `run` resolves with what it saw, or rejects
 */
export function checks(shop) {
  const none = () => ""
  const { store, storefront, admin, regions, products } = shop
  const visitor = new Visitor(shop)
  const region = regions[0].id
  const seen = products.find((product) => product.inStock)
  const pair = products.find((product) => product.inStock && products[product.complement]?.inStock)
  const partner = products[pair.complement]
  const recommended =
    (placement, { query = none, mustHave } = {}) =>
    async () => {
      // What has just been seen reaches the lists within a second; give a busy machine ten.
      for (let attempt = 0; ; attempt++) {
        const items = await visitor.items(placement, await query())
        const ids = items.map((item) => item.product_id)
        if (items.length && (!mustHave || ids.includes(mustHave.id))) {
          const place = ids.indexOf(partner.id) + 1
          const planted = place && query !== none ? `; the planted partner is in place ${place}` : ""
          return `${items.length} products, the first because: ${items[0].reason?.text}${planted}`
        }
        if (attempt === 20)
          throw new Error(items.length ? "what was just seen is missing" : "the list is empty")
        await sleep(500)
      }
    }
  const pairQuery = () => `&product_id=${pair.id}`
  let cart
  const cartQuery = async () => {
    if (!cart) {
      const created = await visitor.call("POST", "/store/carts", { region_id: region })
      cart = created.cart.id
      await visitor.call("POST", `/store/carts/${cart}/line-items`, { variant_id: pair.inStock, quantity: 1 })
    }
    return `&cart_id=${cart}`
  }
  return [
    { name: "store", run: () => checkStore(visitor, region) },
    { name: "admin", run: () => checkAdmin(store, admin) },
    { name: "storefront", run: () => checkStorefront(storefront, products[0].handle) },
    {
      name: "events",
      run: async () => {
        const answer = await visitor.view(seen.id)
        if (answer.accepted !== 1) throw new Error(`not accepted: ${JSON.stringify(answer.rejected)}`)
        return "a product view was accepted"
      },
    },
    { name: "home-for-you", run: recommended("home-for-you") },
    { name: "trending", run: recommended("trending") },
    { name: "recently-viewed", run: recommended("recently-viewed", { mustHave: seen }) },
    { name: "pdp-similar", run: recommended("pdp-similar", { query: pairQuery }) },
    { name: "pdp-bought-together", run: recommended("pdp-bought-together", { query: pairQuery }) },
    { name: "cart-complete", run: recommended("cart-complete", { query: cartQuery }) },
  ]
}

async function checkStore(visitor, region) {
  const { products, count } = await visitor.call("GET", `/store/products?limit=1&region_id=${region}`)
  if (count < 300) throw new Error(`only ${count} products`)
  const price = products[0].variants[0].calculated_price
  if (!price?.calculated_amount) throw new Error("products have no price")
  return `${count} products, the first for ${price.calculated_amount} ${price.currency_code}`
}

async function checkAdmin(store, login) {
  const page = await fetch(`${store}/app`)
  if (!page.ok || !(await page.text()).includes("<div id=")) throw new Error(`/app answered ${page.status}`)
  const answer = await fetch(`${store}/auth/user/emailpass`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(login),
  })
  const { token } = await answer.json()
  if (!token) throw new Error(`${login.email} cannot log in (${answer.status})`)
  const overview = await fetch(`${store}/admin/personalization/overview`, {
    headers: { authorization: `Bearer ${token}` },
  })
  if (!overview.ok) throw new Error(`/admin/personalization/overview answered ${overview.status}`)
  const { live } = await overview.json()
  if (!live) throw new Error("no model is live")
  return `logged in; model ${live.version} is live`
}

async function checkStorefront(storefront, handle) {
  for (const path of ["/", "/a/route/of/the/page"]) {
    const page = await fetch(storefront + path)
    if (!page.ok || !(await page.text()).includes('<div id="root"'))
      throw new Error(`${path} answered ${page.status}`)
  }
  const config = await (await fetch(`${storefront}/config.json`)).json()
  if (!config.publishableKey) throw new Error("/config.json has no publishable key")
  const picture = await fetch(`${storefront}/pictures/${handle}.svg`)
  if (picture.headers.get("content-type") !== "image/svg+xml") throw new Error(`no picture of ${handle}`)
  return "page, routes, configuration and pictures are served"
}
