import { sign } from "jsonwebtoken"
import request, { type Response } from "supertest"
import { v7 as uuidv7 } from "uuid"
import { fakeParts, silentPino } from "./__tests__/shop"
import { createServer, type ServerParts } from "./server"

const STORE = "/store/personalization"
const KEY = { "x-publishable-api-key": "pk_web" }
const SHOPPER = {
  ...KEY,
  "x-personalization-visitor": "v1",
  "x-personalization-session": "s1",
  "x-personalization-consent": "analytics,personalization,experimentation,model_training",
}

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function setUp(options: object = {}, changes: Partial<ServerParts> = {}) {
  const parts = await fakeParts(options)
  const { service } = parts.desk
  await service.__hooks.onApplicationStart()
  const app = await createServer({
    desk: parts.desk,
    logger: silentPino,
    jwtSecret: "secret",
    corsOrigins: ["https://shop.example"],
    maxInFlight: 100,
    draining: () => false,
    ...changes,
  })
  stops.push(() => app.close().then(() => service.engine.stop()))
  await app.ready()
  const told = ({ status, headers, body, text }: Response) => ({ status, headers, body, text })
  const get = async (url: string, headers: object = KEY) =>
    told(
      await request(app.server)
        .get(url)
        .set({ ...headers })
    )
  const post = async (url: string, payload: object | string, headers: object = KEY) => {
    const type = { "content-type": "application/json" }
    return told(
      await request(app.server)
        .post(url)
        .set({ ...type, ...headers })
        .send(payload)
    )
  }
  return { app, engine: service.engine, reader: parts.reader, get, post }
}

const idsOf = (list: { items: { product_id: string }[] }) => list.items.map((item) => item.product_id)
const view = (product_id: string, extra: object = {}) => ({
  event_id: uuidv7(),
  type: "view_item",
  ts: Date.now(),
  items: [{ product_id }],
  ...extra,
})

describe("recommendations", () => {
  it("come with the catalogue's products, restricted by `fields`, and without prices", async () => {
    const { get } = await setUp()
    const { status, body } = await get(
      `${STORE}/recommendations?placement=new-arrivals&limit=2&region_id=reg_1`
    )
    expect(status).toBe(200)
    expect(body.items).toHaveLength(2)
    expect(body.items[0].product).toEqual({
      id: body.items[0].product_id,
      title: `The ${body.items[0].product_id}`,
      subtitle: null,
      handle: `the-${body.items[0].product_id}`,
      thumbnail: null,
      variants: [
        { id: `${body.items[0].product_id}-sold-out` },
        { id: `${body.items[0].product_id}-variant` },
      ],
    })
    const more = await get(
      `${STORE}/recommendations?placement=new-arrivals&limit=1&fields=description,*categories`
    )
    expect(more.body.items[0].product).toMatchObject({
      description: "long",
      categories: [{ name: expect.any(String) }],
    })
  })

  it("turn to what the shopper looked at", async () => {
    const { post, get, engine } = await setUp()
    await post(`${STORE}/events`, { events: [view("b1"), view("b2")] }, SHOPPER)
    await engine.featuresCaughtUp()
    const { body } = await get(`${STORE}/recommendations?placement=recently-viewed`, SHOPPER)
    expect(idsOf(body).sort()).toEqual(["b1", "b2"])
  })

  it("make a page without the same product twice", async () => {
    const { post } = await setUp()
    const { body } = await post(`${STORE}/recommendations`, {
      placements: [
        { placement: "new-arrivals", limit: 3 },
        { placement: "trending", limit: 3 },
      ],
    })
    const ids = body.recommendations.flatMap(idsOf)
    expect(ids).toHaveLength(6)
    expect(new Set(ids).size).toBe(6)
  })

  it.each([
    ["placement=nowhere", "placement"],
    ["placement=trending&limit=0", "limit"],
    ["placement=pdp-similar", "product_id"],
    ["placement=cart-complete&cart_id=cart_none", "cart_id"],
    ["placement=trending&region_id=reg_none", "region_id"],
    ["placement=trending&fields=sales_channels.name", "fields"],
    ["placement=listing-rerank", "placement"],
  ])("refuse %s and name %s", async (query, field) => {
    const { get } = await setUp()
    const { status, body } = await get(`${STORE}/recommendations?${query}`)
    expect(status).toBe(400)
    expect(body).toMatchObject({ type: "invalid_data", code: "invalid_input", fields: [{ path: field }] })
  })

  it("go out, as for an empty cart, when carts and regions can't be read", async () => {
    const { get, reader, engine } = await setUp()
    await get(`${STORE}/recommendations?placement=trending`)
    reader.away = true
    const { status, body } = await get(
      `${STORE}/recommendations?placement=cart-complete&cart_id=cart_1&region_id=reg_1`
    )
    expect(status).toBe(200)
    expect(body.items.length).toBeGreaterThan(0)
    const text = await engine.metricsText()
    expect(text).toMatch(/shop_read_failures_total\{what="cart",reason="error"\} 1/)
    expect(text).toMatch(/shop_read_failures_total\{what="region",reason="error"\} 1/)
  })
})

describe("rank", () => {
  it("brings a list into order and gives all of it back", async () => {
    const { post, engine } = await setUp()
    await post(`${STORE}/events`, { events: [view("b1"), view("b2"), view("b3")] }, SHOPPER)
    await engine.featuresCaughtUp()
    const list = { product_ids: ["gone", "a1", "b4"] }
    const known = await post(`${STORE}/rank`, list, SHOPPER)
    expect(known.status).toBe(200)
    expect(known.body).toMatchObject({ placement: "listing-rerank", request_id: expect.any(String) })
    expect(idsOf(known.body)).toEqual(["b4", "a1", "gone"])
    const stranger = await post(`${STORE}/rank`, list, { ...SHOPPER, "x-personalization-consent": "none" })
    expect(idsOf(stranger.body)).toEqual(["a1", "b4", "gone"])
  })

  it.each([
    [{}, "product_ids"],
    [{ product_ids: [] }, "product_ids"],
    [{ product_ids: Array.from({ length: 201 }, (_, i) => `p${i}`) }, "product_ids"],
    [{ product_ids: ["a1"], placement: "pdp-similar" }, "placement"],
    [{ product_ids: ["a1"], colour: "red" }, "colour"],
  ])("refuses a wrong body and names the field", async (body, field) => {
    const { post } = await setUp()
    const answer = await post(`${STORE}/rank`, body)
    expect(answer.status).toBe(400)
    expect(answer.body.message).toContain(field)
  })
})

describe("events and consent", () => {
  it("take the good events, refuse the others, and count a repeated batch once", async () => {
    const { post } = await setUp()
    const events = [view("a1"), view("a1", { ts: "yesterday" })]
    const first = await post(`${STORE}/events`, { events }, SHOPPER)
    expect(first.status).toBe(202)
    expect(first.body).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: "invalid_event" }] })
    expect((await post(`${STORE}/events`, { events }, SHOPPER)).body.accepted).toBe(1)
  })

  it("answer 429 with Retry-After when a limit is reached", async () => {
    const { post } = await setUp({ events: { ratePerVisitor: 1 } })
    await post(`${STORE}/events`, { events: [view("a1")] }, SHOPPER)
    const { status, body, headers } = await post(`${STORE}/events`, { events: [view("a2")] }, SHOPPER)
    expect(status).toBe(429)
    expect(body).toMatchObject({ type: "too_many_requests", code: "overloaded" })
    expect(Number(headers["retry-after"])).toBeGreaterThan(0)
    expect(headers["access-control-expose-headers"]).toBe("Retry-After")
  })

  it("take a beacon whose key stands in the query", async () => {
    const { post } = await setUp()
    const consent = { analytics: true, personalization: true, experimentation: false, model_training: false }
    const text = JSON.stringify({ events: [view("a1", { visitor_id: "v2", consent })] })
    const plain = { "content-type": "text/plain" }
    expect((await post("/personalization/collect?pk=pk_web", text, plain)).body.accepted).toBe(1)
    const refused = await post("/personalization/collect?pk=wrong", text, plain)
    expect(refused).toMatchObject({ status: 400, body: { fields: [{ path: "pk" }] } })
    const broken = await post("/personalization/collect?pk=pk_web", "{", plain)
    expect(broken).toMatchObject({ status: 400, body: { fields: [{ path: "body" }] } })
  })

  it("record what the shopper agrees to", async () => {
    const { get, post } = await setUp()
    const consent = { analytics: true, personalization: false, experimentation: false, model_training: false }
    const visitor = { ...KEY, "x-personalization-visitor": "v3" }
    expect((await get(`${STORE}/consent`, visitor)).body.consent.analytics).toBe(false)
    expect((await post(`${STORE}/consent`, { visitor_id: "v3", consent })).body).toEqual({ consent })
    expect((await get(`${STORE}/consent`, visitor)).body).toEqual({ consent })
  })
})

describe("who asks", () => {
  it("needs a publishable key that the shop knows", async () => {
    const { get } = await setUp()
    const url = `${STORE}/recommendations?placement=trending`
    const none = await get(url, {})
    expect(none).toMatchObject({ status: 400, body: { type: "not_allowed" } })
    expect(none.body.message).toContain("x-publishable-api-key")
    const unknown = await get(url, { "x-publishable-api-key": "pk_other" })
    expect(unknown).toMatchObject({ status: 400, body: { type: "not_allowed" } })
    expect(unknown.body.message).toContain("A valid publishable key is required")
  })

  it("is asked for once a minute, and a known key outlives the database", async () => {
    const { get, reader } = await setUp()
    const url = `${STORE}/recommendations?placement=trending`
    for (let i = 0; i < 3; i++) await get(url)
    expect(reader.reads).toBe(1)
    reader.away = true
    expect((await get(url)).status).toBe(200)
    const stranger = await get(url, { "x-publishable-api-key": "pk_new" })
    expect(stranger.status).toBe(503)
    expect(stranger.body).toMatchObject({ type: "unavailable", code: "unavailable" })
    expect(JSON.stringify(stranger.body)).not.toContain("db.internal")
  })

  it("is a customer by a token of Medusa's, and anonymous by any other", async () => {
    const { post, engine } = await setUp()
    const facts = jest.spyOn(engine.ingest, "submitFacts")
    const submit = jest.spyOn(engine.ingest, "submit")
    const asks = async (token: string) => {
      await post(`${STORE}/events`, { events: [] }, { ...SHOPPER, authorization: `Bearer ${token}` })
      return submit.mock.lastCall?.[1].customerId
    }
    const claims = { actor_id: "cus_1", actor_type: "customer" }
    expect(await asks(sign(claims, "secret"))).toBe("cus_1")
    expect(await asks(sign(claims, "another"))).toBeUndefined()
    expect(await asks(sign(claims, "secret", { expiresIn: -1 }))).toBeUndefined()
    expect(await asks(sign({ ...claims, actor_type: "user" }, "secret"))).toBeUndefined()
    expect(await asks("garbage")).toBeUndefined()
    expect(facts).not.toHaveBeenCalled()
  })

  it("is known by the address of the one trusted proxy", async () => {
    const { post, engine } = await setUp()
    const submit = jest.spyOn(engine.ingest, "submit")
    const forged = { ...SHOPPER, "x-forwarded-for": "1.1.1.1, 203.0.113.7", "x-client-ip": "2.2.2.2" }
    await post(`${STORE}/events`, { events: [] }, forged)
    expect(submit.mock.lastCall?.[1]).toMatchObject({
      ip: "203.0.113.7",
      key: "pk_web",
      context: { sales_channel_id: "web" },
    })
  })
})

describe("the server itself", () => {
  it.each([
    ["{", 400, /not JSON/],
    ["null", 400, /not JSON/],
    [`{"events":"${"x".repeat(300_000)}"}`, 413, /too large/],
  ])("refuses a body before any route", async (body, code, message) => {
    const { post } = await setUp()
    const answer = await post(`${STORE}/events`, body)
    expect(answer.status).toBe(code)
    expect(answer.body.message).toMatch(message)
    expect(answer.body.type).toBeDefined()
  })

  it("takes 256 kB of events but no more than 100 kB elsewhere", async () => {
    const { post } = await setUp()
    const body = JSON.stringify({ events: [], pad: "x".repeat(150_000) })
    expect((await post(`${STORE}/events`, body)).status).not.toBe(413)
    expect((await post(`${STORE}/recommendations`, body)).status).toBe(413)
  })

  it("knows no other routes", async () => {
    const { get } = await setUp()
    expect(await get("/store/products")).toMatchObject({ status: 404, body: { type: "not_found" } })
    expect((await get("/%")).status).toBe(400)
  })

  it("tells browsers of the storefront's origin that they may call, and no others", async () => {
    const { app, get } = await setUp()
    const from = (origin: string) => get(`${STORE}/recommendations?placement=trending`, { ...KEY, origin })
    expect((await from("https://shop.example")).headers["access-control-allow-origin"]).toBe(
      "https://shop.example"
    )
    expect((await from("https://evil.example")).headers["access-control-allow-origin"]).toBeUndefined()
    const preflight = await request(app.server)
      .options("/personalization/collect")
      .set({ origin: "https://shop.example", "access-control-request-method": "POST" })
    expect(preflight.status).toBe(204)
    expect(preflight.headers["access-control-allow-credentials"]).toBe("true")
  })

  it("shows metrics to this machine, or to whoever has the token", async () => {
    const open = await setUp()
    const url = "/personalization/metrics"
    expect((await open.get(url)).status).toBe(200)
    expect((await open.get(url, { "x-forwarded-for": "203.0.113.7" })).status).toBe(401)
    const guarded = await setUp({ operations: { metricsToken: "a-token-of-length" } })
    expect((await guarded.get(url)).status).toBe(401)
    await guarded.get(`${STORE}/recommendations?placement=trending`)
    const { text, headers } = await guarded.get(url, { authorization: "Bearer a-token-of-length" })
    expect(text).toContain('recommendation_duration_seconds_count{placement="trending"} 1')
    expect(headers["content-type"]).toContain("text/plain; version=0.0.4")
  })

  it("answers health, and `ready` with 503 while it drains", async () => {
    const { get } = await setUp({}, { draining: () => true })
    expect((await get("/personalization/health/live")).status).toBe(200)
    expect((await get("/personalization/health/startup")).status).toBe(200)
    const { status, body } = await get("/personalization/health/ready")
    expect(status).toBe(503)
    expect(body.checks).toContainEqual({ name: "draining", ok: false })
  })

  it("says no early when too many requests are under way, but answers health", async () => {
    const { get, reader } = await setUp({}, { maxInFlight: 1 })
    let release: () => void = () => undefined
    const held = new Promise<string[]>((resolve) => (release = () => resolve(["web"])))
    reader.channelsOfKey = () => held
    const first = get(`${STORE}/recommendations?placement=trending`)
    const second = await get(`${STORE}/recommendations?placement=trending`)
    expect(second).toMatchObject({ status: 429, body: { type: "too_many_requests" } })
    expect(second.headers["retry-after"]).toBe("1")
    expect((await get("/personalization/health/live")).status).toBe(200)
    release()
    expect((await first).status).toBe(200)
    expect((await get(`${STORE}/recommendations?placement=trending`)).status).toBe(200)
  })
})

it("sends shoppers elsewhere until it has started, and still tells of its health", async () => {
  const parts = await fakeParts()
  const app = await createServer({
    desk: parts.desk,
    logger: silentPino,
    corsOrigins: [],
    maxInFlight: 100,
    draining: () => false,
  })
  stops.push(() => app.close().then(() => parts.desk.service.engine.stop()))
  await app.ready()
  const ask = (url: string) => request(app.server).get(url).set(KEY)
  const early = await ask(`${STORE}/recommendations?placement=trending`)
  expect([early.status, early.headers["retry-after"], early.body.code]).toEqual([503, "1", "unavailable"])
  expect((await ask("/personalization/health/live")).status).toBe(200)
  expect((await ask("/personalization/health/ready")).status).toBe(503)
  await parts.desk.service.__hooks.onApplicationStart()
  expect((await ask(`${STORE}/recommendations?placement=trending`)).status).toBe(200)
})
