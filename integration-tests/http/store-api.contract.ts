import request, { type Response } from "supertest"
import { event, eventually, GRANTED, headers, newShopper, products, type Shopper } from "./demo-store"
import { fillCart, newCustomer } from "./shoppers"

const STORE = "/store/personalization"
const PLACEMENTS = ["home-for-you", "pdp-similar", "pdp-bought-together", "trending", "new-arrivals"]

interface Item {
  product_id: string
  score: number
  reason: { code: string; text: string }
  product?: { id: string }
}

const idsOf = (list: { items: Item[] }) => list.items.map(({ product_id }) => product_id)

/** What a server of the plugin's store routes may be called with: method, path, body. */
export type WrongCall = readonly ["GET" | "POST", string, (object | string)?]

/** Calls that every server refuses, with the field that its answer names. */
export const WRONG: [field: string, call: WrongCall][] = [
  ["placement", ["GET", `${STORE}/recommendations`]],
  ["placement", ["GET", `${STORE}/recommendations?placement=nowhere`]],
  ["placement", ["GET", `${STORE}/recommendations?placement=listing-rerank`]],
  ["limit", ["GET", `${STORE}/recommendations?placement=trending&limit=0`]],
  ["limit", ["GET", `${STORE}/recommendations?placement=trending&limit=many`]],
  ["product_id", ["GET", `${STORE}/recommendations?placement=pdp-similar`]],
  ["cart_id", ["GET", `${STORE}/recommendations?placement=cart-complete`]],
  ["cart_id", ["GET", `${STORE}/recommendations?placement=cart-complete&cart_id=cart_none`]],
  ["region_id", ["GET", `${STORE}/recommendations?placement=trending&region_id=reg_none`]],
  ["currency_code", ["GET", `${STORE}/recommendations?placement=trending&currency_code=euro`]],
  ["fields", ["GET", `${STORE}/recommendations?placement=trending&fields=sales_channels.name`]],
  ["colour", ["GET", `${STORE}/recommendations?placement=trending&colour=red`]],
  ["placements", ["POST", `${STORE}/recommendations`, {}]],
  ["placements.1.product_id", ["POST", `${STORE}/recommendations`, page("trending", "pdp-similar")]],
  [
    "placements.0.limit",
    ["POST", `${STORE}/recommendations`, { placements: [{ placement: "trending", limit: "3" }] }],
  ],
  ["product_ids", ["POST", `${STORE}/rank`, {}]],
  ["product_ids", ["POST", `${STORE}/rank`, { product_ids: [] }]],
  ["product_ids.0", ["POST", `${STORE}/rank`, { product_ids: [1] }]],
  ["placement", ["POST", `${STORE}/rank`, { product_ids: ["a"], placement: "pdp-similar" }]],
  ["events", ["POST", `${STORE}/events`, { events: "all" }]],
  ["product_id", ["POST", `${STORE}/feedback`, { type: "like" }]],
  ["type", ["POST", `${STORE}/feedback`, { product_id: "a", type: "love" }]],
  ["rating", ["POST", `${STORE}/feedback`, { product_id: "a", type: "rating" }]],
  ["rating", ["POST", `${STORE}/feedback`, { product_id: "a", type: "like", rating: 5 }]],
  ["x-personalization-visitor", ["POST", `${STORE}/feedback`, { product_id: "a", type: "like" }]],
  ["visitor_id", ["POST", `${STORE}/consent`, { consent: GRANTED }]],
  ["pk", ["POST", "/personalization/collect?pk=wrong", { events: [] }]],
  ["pk", ["POST", "/personalization/collect", { events: [] }]],
]

function page(...placements: string[]) {
  return { placements: placements.map((placement) => ({ placement })) }
}

/** Sends a call with a valid publishable key. */
export async function send(url: string, [method, path, body]: WrongCall): Promise<Response> {
  const call = method === "GET" ? request(url).get(path) : request(url).post(path).send(body)
  return await call.set(await headers())
}

/**
 * What the plugin's store routes answer, on whichever server they run. Products, carts and customers are made and read
 * through the demo store; `url` is of the server under test.
 */
export function storeApiContract(server: () => { url: string }): void {
  const api = () => request(server().url)
  const recommend = async (query: Record<string, string | number>, shopper?: Shopper, extra: object = {}) =>
    api()
      .get(`${STORE}/recommendations`)
      .query(query)
      .set({ ...(await headers(shopper)), ...extra })
  const post = async (path: string, body: object, shopper?: Shopper, extra: object = {}) =>
    api()
      .post(STORE + path)
      .set({ ...(await headers(shopper)), ...extra })
      .send(body)

  let rows: Awaited<ReturnType<typeof products>>
  beforeAll(async () => {
    rows = await products(200)
  })

  const checkList = (list: { items: Item[]; request_id: string }) => {
    expect(list.request_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(new Set(idsOf(list)).size).toBe(list.items.length)
    for (const { product, product_id, reason, score } of list.items) {
      expect(product?.id).toBe(product_id)
      expect(product).toMatchObject({ title: expect.any(String), handle: expect.any(String) })
      expect(reason.text.length).toBeGreaterThan(0)
      expect(Number.isFinite(score)).toBe(true)
    }
  }

  it.each(PLACEMENTS)("answers %s for a stranger", async (placement) => {
    const { status, body } = await recommend({ placement, product_id: rows[0].id, limit: 5 })
    expect(status).toBe(200)
    expect(body.items).toHaveLength(5)
    expect(body.placement).toBe(placement)
    checkList(body)
  })

  it("answers for a cart, without what it holds", async () => {
    const shopper = newShopper()
    const { id } = await fillCart(shopper, rows[0].variants[0].id)
    const { status, body } = await recommend({ placement: "cart-complete", cart_id: id }, shopper)
    expect(status).toBe(200)
    expect(body.items.length).toBeGreaterThan(0)
    expect(idsOf(body)).not.toContain(rows[0].id)
    checkList(body)
  })

  it("adds the parts of products that are asked for", async () => {
    const { body } = await recommend({ placement: "trending", limit: 1, fields: "description,*categories" })
    const { product } = body.items[0]
    expect(product).toMatchObject({
      description: expect.any(String),
      categories: [{ name: expect.any(String) }],
    })
  })

  it("shows no product twice on one page, and leaves out what is excluded", async () => {
    const { body: alone } = await recommend({ placement: "trending", limit: 3 })
    const exclude = idsOf(alone).slice(0, 1)
    const wanted = { ...page("home-for-you", "trending"), exclude }
    const { status, body } = await post("/recommendations", wanted, newShopper())
    expect(status).toBe(200)
    expect(body.recommendations.map((list: { placement: string }) => list.placement)).toEqual([
      "home-for-you",
      "trending",
    ])
    const shown = body.recommendations.flatMap(idsOf)
    expect(new Set(shown).size).toBe(shown.length)
    expect(shown).not.toContain(exclude[0])
    body.recommendations.forEach(checkList)
  })

  it("takes the good events of a batch, says what is wrong with the others, and counts a batch once", async () => {
    const shopper = newShopper()
    const bad = { ...event("view_item", []), ts: "yesterday" }
    const events = [event("view_item", [rows[0].id]), bad, event("purchase", [rows[0].id])]
    const first = await post("/events", { events }, shopper)
    expect(first.status).toBe(202)
    expect(first.body.accepted).toBe(1)
    expect(first.body.rejected).toMatchObject([
      { index: 1, event_id: bad.event_id, code: "invalid_event", message: expect.stringContaining("ts") },
      { index: 2, code: "origin_not_allowed" },
    ])
    expect((await post("/events", { events }, shopper)).body).toEqual(first.body)
    const unwilling = { "x-personalization-consent": "none" }
    const { body } = await post("/events", { events: [event("view_item", [rows[0].id])] }, shopper, unwilling)
    expect(body).toMatchObject({ accepted: 0, rejected: [{ code: "no_consent" }] })
  })

  it("follows the shopper by the next requests: in lists, and in a list that it puts in order", async () => {
    const shopper = newShopper()
    const category = rows[0].categories[0].id
    const kin = rows.filter((row) => row.categories[0]?.id === category)
    const others = rows.filter((row) => row.categories[0]?.id !== category)
    const viewed = kin.slice(0, 3).map(({ id }) => id)
    await post("/events", { events: viewed.map((id) => event("view_item", [id])) }, shopper)
    const recent = await eventually(
      async () => (await recommend({ placement: "recently-viewed" }, shopper)).body,
      (list) => list.items.length === 3 && list.items[0].reason.code === "recently_viewed"
    )
    expect(idsOf(recent).sort()).toEqual([...viewed].sort())

    const listing = [...others.slice(0, 6), ...kin.slice(3, 6)].map(({ id }) => id)
    const given = { product_ids: ["prod_unknown", ...listing] }
    const { status, body } = await post("/rank", given, shopper)
    expect(status).toBe(200)
    expect(body).toMatchObject({ placement: "listing-rerank", request_id: expect.any(String) })
    expect(idsOf(body).slice(0, 3).sort()).toEqual(listing.slice(6).sort())
    expect(idsOf(body).at(-1)).toBe("prod_unknown")
    expect(idsOf(body).sort()).toEqual([...given.product_ids].sort())
    expect(body.items[0].reason.text.length).toBeGreaterThan(0)

    const anonymous = (await post("/rank", given, shopper, { "x-personalization-consent": "none" })).body
    const codes = anonymous.items.map(({ reason }: Item) => reason.code)
    for (const code of codes) expect(["trending", "popular", "listed"]).toContain(code)
    expect((await post("/rank", { ...given, limit: 2 }, shopper)).body.items).toHaveLength(2)
  })

  it("obeys what the shopper says of a product by the next list, and what they say last", async () => {
    const shopper = newShopper()
    const [{ product_id }] = (await recommend({ placement: "trending" }, shopper)).body.items as Item[]
    const shown = async () => idsOf((await recommend({ placement: "trending", limit: 50 }, shopper)).body)
    const say = (type: string, more: object = {}) => post("/feedback", { product_id, type, ...more }, shopper)
    expect(await say("not_interested")).toMatchObject({ status: 202, body: { accepted: 1, rejected: [] } })
    await eventually(shown, (ids) => !ids.includes(product_id))
    await say("rating", { rating: 5 })
    await eventually(shown, (ids) => ids.includes(product_id))
    await say("rating", { rating: 1 })
    await eventually(shown, (ids) => !ids.includes(product_id))
    const other = (await recommend({ placement: "trending", limit: 50 }, newShopper())).body
    expect(idsOf(other)).toContain(product_id)
    const silent = await post("/feedback", { product_id, type: "like" }, shopper, {
      "x-personalization-consent": "none",
    })
    expect(silent.body).toMatchObject({ accepted: 0, rejected: [{ code: "no_consent" }], applied: false })
  })

  it("records what the shopper agrees to, which holds from the next request on", async () => {
    const shopper = newShopper()
    const visitor = { "x-personalization-visitor": shopper.visitorId }
    const consent = { ...GRANTED, personalization: false }
    const asked = async () =>
      api()
        .get(`${STORE}/consent`)
        .set({ ...(await headers()), ...visitor })
    expect((await asked()).body.consent.analytics).toBe(false)
    const { status, body } = await post("/consent", { visitor_id: shopper.visitorId, consent })
    expect(status).toBe(200)
    expect(body).toEqual({ consent })
    expect((await asked()).body).toEqual({ consent })
  })

  it("knows a customer by the token of the store, and takes a wrong one for a stranger", async () => {
    const { auth } = await newCustomer(newShopper())
    const [first, second] = [newShopper(), newShopper()]
    await post("/events", { events: [event("view_item", [rows[5].id])] }, first, auth)
    const recent = async (extra: object) =>
      (await recommend({ placement: "recently-viewed" }, second, extra)).body
    const seen = await eventually(
      () => recent(auth),
      (list) => list.items[0]?.reason.code === "recently_viewed"
    )
    expect(idsOf(seen)).toEqual([rows[5].id])
    for (const wrong of [`${auth.Authorization}x`, "Bearer garbage", "Basic abc"]) {
      // The second visitor is by now known to be that customer, but a third is not.
      const stranger = await recommend({ placement: "recently-viewed" }, newShopper(), {
        Authorization: wrong,
      })
      expect(stranger.status).toBe(200)
      expect(stranger.body.items[0].reason.code).not.toBe("recently_viewed")
    }
  })

  it("takes a beacon with the key in the query", async () => {
    const { visitorId, sessionId } = newShopper()
    const names = { visitor_id: visitorId, session_id: sessionId, consent: GRANTED }
    const text = JSON.stringify({ events: [event("view_item", [rows[0].id], names)] })
    const { "x-publishable-api-key": key } = await headers()
    const beacon = (body: string) =>
      api().post(`/personalization/collect?pk=${key}`).set("content-type", "text/plain").send(body)
    expect(await beacon(text)).toMatchObject({ status: 202, body: { accepted: 1, rejected: [] } })
    expect(await beacon("{")).toMatchObject({ status: 400, body: { fields: [{ path: "body" }] } })
  })

  it.each(WRONG)("names %s, which is wrong in %j", async (field, call) => {
    const { status, body } = await send(server().url, call)
    expect(status).toBe(400)
    expect(body).toMatchObject({ type: "invalid_data", code: "invalid_input" })
    expect(Object.keys(body).sort()).toEqual(["code", "fields", "message", "type"])
    const paths = body.fields.map(({ path }: { path: string }) => path)
    // What a schema does not know is named in the message, for it has no place in the schema.
    if (field === "colour") expect(body.message).toContain(field)
    else expect(paths).toContain(field)
  })

  it.each([
    ["none", {}, "x-publishable-api-key"],
    ["an unknown one", { "x-publishable-api-key": "pk_unknown" }, "valid publishable key"],
  ])("needs a publishable key: %s will not do", async (_, key, message) => {
    for (const path of ["/recommendations?placement=trending", "/consent"]) {
      const { status, body } = await api()
        .get(STORE + path)
        .set(key)
      expect(status).toBe(400)
      expect(body).toEqual({ type: "not_allowed", message: expect.stringContaining(message) })
    }
  })

  it.each([
    ["{", 400, "invalid_data", /JSON/],
    ["null", 400, "invalid_data", /JSON/],
    [JSON.stringify({ events: [], pad: "x".repeat(300_000) }), 413, "unknown_error", /too large/],
  ])("refuses a body before it looks into it", async (body, code, type, message) => {
    const { status, body: answer } = await api()
      .post(`${STORE}/events`)
      .set({ ...(await headers()), "content-type": "application/json" })
      .send(body)
    expect(status).toBe(code)
    expect(answer).toEqual({ type, message: expect.stringMatching(message) })
  })

  it("answers health, metrics to this machine, and 404 elsewhere", async () => {
    expect(await api().get("/personalization/health/live")).toMatchObject({
      status: 200,
      body: { status: "ok" },
    })
    for (const probe of ["ready", "startup"]) {
      const { status, body } = await api().get(`/personalization/health/${probe}`)
      expect(status).toBe(200)
      expect(body.checks).toContainEqual({ name: "database", ok: true })
    }
    const metrics = await api().get("/personalization/metrics")
    expect(metrics.status).toBe(200)
    expect(metrics.text).toContain("recommendation_duration_seconds")
    expect((await api().get("/personalization/metrics").set("x-forwarded-for", "203.0.113.7")).status).toBe(
      401
    )
    expect(
      (
        await api()
          .get(`${STORE}/nothing`)
          .set(await headers())
      ).status
    ).toBe(404)
  })

  it("lets browsers of the storefront call, and no others", async () => {
    const from = async (origin: string) =>
      (
        await api()
          .get(`${STORE}/recommendations?placement=trending&limit=1`)
          .set({ ...(await headers()), origin })
      ).headers["access-control-allow-origin"]
    const storefront = new URL(process.env.PERSONALIZATION_STOREFRONT_URL ?? "http://localhost:8000").origin
    expect(await from(storefront)).toBe(storefront)
    expect(await from("https://evil.example")).toBeUndefined()
  })
}
