/** @jest-environment jsdom */
import { createClient } from "./client"
import { PersonalizationError, type ClientOptions } from "./client-api"
import { openStore } from "./store"
import { answer, fakeStorage } from "./testing"

const BASE = { baseUrl: "http://shop.test/", publishableKey: "pk_1" }
const open: { close(): void }[] = []

interface Call {
  url: string
  init: RequestInit & { headers: Record<string, string> }
}

/** A client with a server that accepts everything, and a record of what it was sent. */
function setUp(options: Partial<ClientOptions> = {}, respond: (call: Call) => Response = () => answer(202)) {
  const calls: Call[] = []
  const storage = fakeStorage()
  const fetch = ((url: string, init: Call["init"]) => {
    calls.push({ url, init })
    return Promise.resolve(respond({ url, init }))
  }) as unknown as typeof globalThis.fetch
  const client = createClient({ ...BASE, storage, fetch, ...options })
  open.push(client)
  const to = (path: string) => calls.filter(({ url }) => url.includes(path))
  const events = () => to("/events").flatMap(({ init }) => JSON.parse(init.body as string).events)
  return { client, calls, storage, to, events }
}

// jsdom has neither fetch nor what belongs to it.
beforeAll(() => Object.assign(globalThis, { Request: { prototype: { keepalive: false } } }))
beforeEach(() => sessionStorage.clear())
afterEach(() => open.splice(0).forEach((client) => client.close()))

describe("without consent", () => {
  it("stores nothing and sends no event", async () => {
    const { client, calls, storage } = setUp()
    client.track.view_item({ items: [{ product_id: "p1" }] })
    await client.flush()
    expect([client.visitorId, client.sessionId]).toEqual([undefined, undefined])
    expect([storage.length, calls.length]).toEqual([0, 0])
    expect(client.cartMetadata().personalization).toEqual({ consent: client.consent.get() })
  })

  it("asks for lists without any identifier", async () => {
    const { client, to } = setUp({}, () => answer(200, { items: [] }))
    await client.recommendations("trending")
    expect(Object.keys(to("/recommendations")[0]!.init.headers)).toEqual(["x-publishable-api-key"])
  })

  it("remembers a refusal for the visit, and only that", () => {
    const { client, storage, calls } = setUp()
    client.consent.set(false)
    expect([client.consent.decided, storage.length, calls.length]).toEqual([true, 0, 0])
    expect(setUp().client.consent.decided).toBe(true)
  })
})

describe("with consent", () => {
  it("sends whole events that only the browser's own facts are in", async () => {
    const { client, events, to } = setUp({ consent: true })
    client.setContext({ region_id: "reg_1", currency: "eur" })
    client.track.view_item({ items: [{ product_id: "p1" }] })
    await client.flush()
    expect(events()).toEqual([
      {
        event_id: expect.stringMatching(/^[0-9a-f-]{14}7/),
        type: "view_item",
        ts: expect.any(Number),
        visitor_id: client.visitorId,
        session_id: client.sessionId,
        consent: { analytics: true, personalization: true, experimentation: true, model_training: true },
        items: [{ product_id: "p1" }],
        page: { url_path: "/" },
        context: { locale: "en-US", tz_offset: expect.any(Number), region_id: "reg_1", currency: "eur" },
      },
    ])
    expect(to("/events")[0]!.init.headers).toMatchObject({
      "x-publishable-api-key": "pk_1",
      "x-personalization-visitor": client.visitorId,
      "x-personalization-consent": "analytics,personalization,experimentation,model_training",
    })
  })

  it("knows the visitor again on the next page and sends what the last one could not", async () => {
    const dead = () => {
      throw new Error("offline")
    }
    const first = setUp({ consent: true }, dead)
    first.client.track.search({ properties: { query: "lamp" } })
    await first.client.flush()
    first.client.close()
    const second = setUp({ storage: first.storage })
    await second.client.flush()
    expect(second.client.visitorId).toBe(first.client.visitorId)
    expect(second.events().map(({ type }) => type)).toEqual(["search"])
  })

  it("forgets everything when consent is taken back, and tells the server", async () => {
    const { client, storage, to } = setUp({ consent: true })
    const visitor = client.visitorId
    client.track.view_cart()
    client.consent.set(false)
    await client.flush()
    expect([storage.length, client.visitorId, to("/events").length]).toEqual([0, undefined, 0])
    expect(JSON.parse(to("/consent").at(-1)!.init.body as string)).toEqual({
      visitor_id: visitor,
      consent: { analytics: false, personalization: false, experimentation: false, model_training: false },
    })
  })

  it("obeys a refusal that a consent platform hands over, also for what waits from before", async () => {
    const dead = () => {
      throw new Error("offline")
    }
    const first = setUp({ consent: true }, dead)
    const visitor = first.client.visitorId
    first.client.track.search({ properties: { query: "lamp" } })
    await first.client.flush()
    first.client.close()
    const { client, storage, to, calls } = setUp({ storage: first.storage, consent: false })
    window.dispatchEvent(new Event("online"))
    window.dispatchEvent(new Event("pagehide"))
    await client.flush()
    expect([storage.length, client.visitorId, to("/events").length]).toEqual([0, undefined, 0])
    expect(to("/consent").map(({ init }) => JSON.parse(init.body as string))).toEqual([
      { visitor_id: visitor, consent: client.consent.get() },
    ])
    expect(calls).toHaveLength(1)
  })

  it.each([true, { analytics: true }])("tells the server of a decision once, not on each page", (consent) => {
    const first = setUp({ consent })
    expect(first.to("/consent")).toHaveLength(1)
    expect(setUp({ storage: first.storage, consent }).calls).toEqual([])
  })

  it("sends a click before it asks for the next list", async () => {
    const { client, calls } = setUp({ consent: true }, () => answer(200, {}))
    const asked = client.recommendations("home-for-you", { limit: 4, exclude: ["p1", "p2"] })
    client.track.view_item({ items: [{ product_id: "p9" }] })
    await asked
    const paths = calls.map(({ url }) => new URL(url).pathname.split("/").pop())
    expect(paths).toEqual(["consent", "events", "recommendations"])
    expect(new URL(calls[2]!.url).search).toBe("?placement=home-for-you&limit=4&exclude=p1%2Cp2")
  })

  it("reports events that the server refused", async () => {
    const rejected = [{ index: 0, event_id: null, code: "unknown_type", message: "type: …" }]
    const onRejected = jest.fn()
    const { client } = setUp({ consent: true, onRejected }, () => answer(202, { accepted: 0, rejected }))
    client.track.view_cart()
    await client.flush()
    expect(onRejected).toHaveBeenCalledWith(rejected)
  })
})

describe("identity", () => {
  it("tells of a login once, with the token, and starts anew on logout", async () => {
    const { client, events, to } = setUp({ consent: true })
    const visitor = client.visitorId
    await client.login("jwt_1")
    await client.login("jwt_1")
    expect(events().map(({ type }) => type)).toEqual(["login"])
    expect(to("/events")[0]!.init.headers.authorization).toBe("Bearer jwt_1")
    await client.logout()
    expect(client.visitorId).not.toBe(visitor)
    client.track.view_cart()
    await client.flush()
    expect(to("/events").at(-1)!.init.headers.authorization).toBeUndefined()
  })

  it("never sends one visitor's events with another one's login", async () => {
    let online = false
    const respond = () => {
      if (!online) throw new Error("offline")
      return answer(202)
    }
    const { client, to } = setUp({ consent: true }, respond)
    client.track.view_cart()
    await client.logout()
    online = true
    window.dispatchEvent(new Event("online"))
    await client.login("jwt_2")
    const sent = to("/events").map(({ init }) => [init.headers.authorization, init.credentials])
    expect(sent).toEqual([
      [undefined, "include"],
      [undefined, "omit"],
      ["Bearer jwt_2", "include"],
    ])
  })

  it("ties a line item to the recommendation that its product was chosen from", () => {
    const { client } = setUp({ consent: true })
    const items = [{ product_id: "p1", position: 2 }]
    client.track.select_item({ items, request_id: "r1", placement: "pdp-similar", slot: 2 })
    const metadata = { personalization: { request_id: "r1", placement: "pdp-similar" } }
    expect(client.lineItemMetadataFor("p1")).toEqual(metadata)
    expect(client.lineItemMetadataFor("p2")).toEqual({})
    expect(client.lineItemMetadata("r1", "pdp-similar")).toEqual(metadata)
  })
})

it("sends the last events of a page with keepalive when it is hidden", async () => {
  const { client, to } = setUp({ consent: true })
  client.track.dwell({ properties: { ms: 4000 } })
  window.dispatchEvent(new Event("pagehide"))
  await Promise.resolve()
  expect(to("/events")[0]!.init.keepalive).toBe(true)
})

it("delivers events that are too large for keepalive", async () => {
  const limited = ({ init }: Call) => {
    const bytes = new Blob([init.body as string]).size
    if (init.keepalive && bytes > 64 * 1024) throw new TypeError("Failed to fetch")
    return answer(202)
  }
  const { client, storage, events } = setUp({ consent: true }, limited)
  // 40,000 characters, 80,000 bytes.
  client.track.search({ properties: { query: "ö".repeat(40_000) } })
  client.track.view_cart()
  await client.flush()
  expect(events().map(({ type }) => type)).toEqual(["search", "view_cart"])
  expect(openStore(storage).keys("mp.e.")).toEqual([])
})

it("falls back to a beacon and keeps its events until they are acknowledged", async () => {
  const sendBeacon = jest.fn(() => true)
  Object.defineProperty(navigator, "sendBeacon", { value: sendBeacon, configurable: true })
  const dead = () => {
    throw new Error("no network")
  }
  const { client, storage } = setUp({ consent: true }, dead)
  client.track.view_cart()
  const before = storage.length
  window.dispatchEvent(new Event("pagehide"))
  await new Promise((done) => setTimeout(done))
  expect(sendBeacon).toHaveBeenCalledWith(
    "http://shop.test/personalization/collect?pk=pk_1",
    expect.stringContaining('"type":"view_cart"')
  )
  expect(storage.length).toBe(before)
})

it("gives the server's message and status of a failed request", async () => {
  const { client } = setUp({}, () => answer(400, { message: "placement: unknown" }))
  const failed = client.recommendations("nowhere")
  await expect(failed).rejects.toThrow(PersonalizationError)
  await expect(failed).rejects.toMatchObject({ message: "placement: unknown", status: 400 })
})

describe("Global Privacy Control", () => {
  const signal = (value: boolean) =>
    Object.defineProperty(navigator, "globalPrivacyControl", { value, configurable: true })
  afterEach(() => signal(false))

  it("denies personalization that was granted before it was turned on", () => {
    const { storage } = setUp({ consent: true })
    signal(true)
    expect(setUp({ storage }).client.consent.get()).toMatchObject({ analytics: true, personalization: false })
  })

  it("yields to an explicit choice after it, on later pages too", () => {
    signal(true)
    const { client, storage } = setUp()
    expect(client.consent.get().personalization).toBe(false)
    client.consent.set(true)
    expect(client.consent.get().personalization).toBe(true)
    expect(setUp({ storage }).client.consent.get().personalization).toBe(true)
  })
})
