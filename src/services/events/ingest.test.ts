import fc from "fast-check"
import { MemoryEventLog } from "../../adapters/memory/memory-event-log"
import { MemorySubjectStore } from "../../adapters/memory/memory-subject-store"
import { ManualClock, PersonalizationError } from "../lib"
import { FULL_CONSENT, NO_CONSENT, type SubjectRef } from "../privacy"
import { eventIdFrom, newEventId } from "./event-id"
import { EVENT_TYPES, Ingest, type IngestOptions, type Sender } from "."

const NOW = Date.UTC(2026, 0, 15, 12)
const BROWSER: Sender = { origin: "browser" }
const DAY = 86_400_000

const setUp = (options: Partial<IngestOptions> = {}) => {
  const log = new MemoryEventLog()
  const subjects = new MemorySubjectStore()
  const clock = new ManualClock(NOW)
  const counts = new Map<string, number>()
  const metrics = {
    count: (name: string, labels = {}, by = 1) => {
      const key = [name, ...Object.values(labels)].join(" ")
      counts.set(key, (counts.get(key) ?? 0) + by)
    },
    gauge() {},
    observe() {},
  }
  const withdrawn: SubjectRef[] = []
  const ingest = new Ingest(
    { log, subjects, clock, metrics, withdrawn: async (who) => void withdrawn.push(who) },
    options
  )
  const stored = async () => {
    const events = []
    for await (const batch of log.replay()) events.push(...batch.map(({ event }) => event))
    return events
  }
  return { log, subjects, clock, counts, ingest, stored, withdrawn }
}

const view = (changes: object = {}) => ({
  type: "view_item",
  ts: NOW,
  visitor_id: "v1",
  session_id: "s1",
  consent: FULL_CONSENT,
  items: [{ product_id: "p1" }],
  ...changes,
})

describe("envelope", () => {
  it.each([
    ["no object", 7, "(root)"],
    ["nothing", undefined, "(root)"],
    ["no events", {}, "events"],
    ["no list", { events: {} }, "events"],
    ["an empty list", { events: [] }, "events"],
    ["too many", { events: Array(501).fill(view()) }, "events"],
    ["a bad time", { sent_at: "yesterday", events: [view()] }, "sent_at"],
  ])("refuses %s and names the field", async (_what, body, field) => {
    const { ingest } = setUp()
    const error: PersonalizationError = await ingest.submit(body, BROWSER).then(
      () => expect(true).toBe(false),
      (reason) => reason
    )
    expect(error.code).toBe("invalid_input")
    expect(error.fields[0].path).toBe(field)
  })

  it("never answers anything but a result or invalid_input, whatever JSON it is given", async () => {
    const { ingest } = setUp({ ratePerIp: 1e9, ratePerVisitor: 1e9 })
    const field = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(NOW, "2026-01-15T12:00:00Z", "view_item", "", "\u0000")
    )
    const names = [
      "type",
      "ts",
      "event_id",
      "items",
      "consent",
      "context",
      "page",
      "properties",
      "value",
      "visitor_id",
    ]
    const event = fc.oneof(
      fc.jsonValue(),
      fc.record(Object.fromEntries(names.map((name) => [name, field])), { requiredKeys: [] }),
      fc.tuple(fc.constantFrom(...names), field).map(([name, value]) => view({ [name]: value }))
    )
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record(
        { sent_at: field, events: fc.oneof(fc.jsonValue(), fc.array(event, { maxLength: 5 })) },
        { requiredKeys: [] }
      )
    )
    await fc.assert(
      fc.asyncProperty(body, async (input) => {
        try {
          const { accepted, rejected } = await ingest.submit(input, BROWSER)
          expect(accepted + rejected.length).toBe((input as { events: unknown[] }).events.length)
          for (const { code, message } of rejected) {
            expect(code).toMatch(/^[a-z_]+$/)
            expect(message).toMatch(/^[\w().]+.*: /s)
          }
        } catch (error) {
          expect(error).toBeInstanceOf(PersonalizationError)
          expect((error as PersonalizationError).code).toBe("invalid_input")
          expect((error as PersonalizationError).fields.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 1_000, seed: 1 }
    )
  })
})

describe("one bad event", () => {
  const reject = async (changes: object, sender: Sender = BROWSER) => {
    const { ingest } = setUp()
    const { accepted, rejected } = await ingest.submit({ events: [view(changes), view()] }, sender)
    expect(accepted).toBe(2 - rejected.length)
    return rejected[0]
  }

  it.each([
    ["type", { type: "bought" }, "unknown_type", /^type: /],
    ["type", { type: 5 }, "invalid_event", /^type: /],
    ["ts", { ts: "soon" }, "invalid_event", /^ts: /],
    ["ts", { ts: undefined }, "invalid_event", /^ts: /],
    ["ts", { ts: -1 }, "invalid_event", /^ts: /],
    ["ts in the future", { ts: NOW + 301_000 }, "in_future", /^ts: /],
    ["ts too old", { ts: NOW - 91 * DAY }, "too_old", /^ts: /],
    ["event_id", { event_id: "6ba7b810-9dad-41d1-80b4-00c04fd430c8" }, "invalid_event", /^event_id: /],
    ["event_id of another age", { event_id: newEventId(0) }, "invalid_event", /^event_id: /],
    ["event_id of the future", { event_id: newEventId(NOW + 2 * DAY) }, "invalid_event", /^event_id: /],
    ["items", { items: [] }, "invalid_event", /^items: /],
    ["items", { items: Array(201).fill({ product_id: "p" }) }, "invalid_event", /^items: /],
    ["product_id", { items: [{}] }, "invalid_event", /^items\.0\.product_id: /],
    ["NUL", { items: [{ product_id: "a\u0000b" }] }, "invalid_event", /^items\.0\.product_id: /],
    ["surrogate", { visitor_id: "\ud800" }, "invalid_event", /^visitor_id: /],
    ["price", { items: [{ product_id: "a", price: -1 }] }, "invalid_event", /^items\.0\.price: /],
    ["consent", { consent: { analytics: "yes" } }, "invalid_event", /^consent\.analytics: /],
    ["unknown purpose", { consent: { marketing: true } }, "invalid_event", /^consent: /],
    ["country", { context: { country: "Germany" } }, "invalid_event", /^context\.country: /],
    ["purchase", { type: "purchase" }, "origin_not_allowed", /^type: .*browser cannot prove/],
    ["alias of purchase", { type: "Order Completed" }, "origin_not_allowed", /^type: /],
    ["refund", { type: "refund" }, "origin_not_allowed", /^type: /],
    ["search without words", { type: "search" }, "invalid_event", /^properties\.query: /],
    ["rating", { type: "rating", properties: { rating: 6 } }, "invalid_event", /^properties\.rating: /],
    ["impression", { type: "rec_impression" }, "invalid_event", /^placement: /],
    ["properties", { properties: { a: { b: 1 } } }, "invalid_event", /^properties\.a: /],
  ])("is refused for its %s and does not sink the batch", async (_what, changes, code, message) => {
    expect(await reject(changes)).toMatchObject({ index: 0, code, message: expect.stringMatching(message) })
  })

  it("is told by the id it came with", async () => {
    const id = newEventId(NOW)
    expect((await reject({ event_id: id, items: [] })).event_id).toBe(id)
    expect((await reject({ items: [] })).event_id).toBeNull()
  })
})

describe("an accepted event", () => {
  it("has a canonical name, a time in ms, an id, and nothing that is unknown", async () => {
    const { ingest, stored } = setUp()
    await ingest.submit(
      {
        events: [
          view({
            type: "Product Viewed",
            ts: "2026-01-15T12:59:00+01:00",
            customer_id: "someone else",
            colour: "red",
            page: { url_path: "https://shop.example/p/1?email=a@b.c#top" },
            context: { country: "de", currency: "EUR" },
          }),
        ],
      },
      BROWSER
    )
    const [event] = await stored()
    expect(event).toEqual({
      event_id: expect.any(String),
      type: "view_item",
      ts: NOW - 60_000,
      visitor_id: "v1",
      session_id: "s1",
      consent: FULL_CONSENT,
      page: { url_path: "/p/1" },
      context: { country: "DE", currency: "eur" },
      items: [{ product_id: "p1" }],
    })
  })

  it("is corrected for the sender's clock", async () => {
    const { ingest, stored } = setUp()
    const hour = 3_600_000
    const body = { sent_at: NOW + 5 * hour, events: [view({ ts: NOW + 4 * hour })] }
    expect((await ingest.submit(body, BROWSER)).accepted).toBe(1)
    expect((await stored())[0].ts).toBe(NOW - hour)
  })

  it("is stored once, however often it is sent", async () => {
    const { ingest, stored, counts } = setUp()
    const body = { events: [view({ event_id: newEventId(NOW) })] }
    expect(await ingest.submit(body, BROWSER)).toEqual({ accepted: 1, rejected: [] })
    expect(await ingest.submit(body, BROWSER)).toEqual({ accepted: 1, rejected: [] })
    expect(await stored()).toHaveLength(1)
    expect(counts.get("events_duplicate_total")).toBe(1)
  })

  it.each([
    ["dwell", { value: 1_500 }, { ms: 1_500 }],
    ["rating", { properties: { rating: 4 } }, { rating: 4 }],
    ["search", { properties: { search_term: "cup" } }, { search_term: "cup", query: "cup" }],
  ])("brings what a %s is about into its properties", async (type, changes, properties) => {
    const { ingest, stored } = setUp()
    await ingest.submit({ events: [view({ type, ...changes })] }, BROWSER)
    expect((await stored())[0].properties).toEqual(properties)
  })

  it("takes identity and context from the sender, the customer only from there", async () => {
    const { ingest, stored, subjects } = setUp()
    const sender = {
      ...BROWSER,
      visitorId: "v9",
      sessionId: "s9",
      customerId: "c9",
      context: { country: "FR" },
    }
    await ingest.submit({ events: [view({ visitor_id: undefined, session_id: undefined })] }, sender)
    expect((await stored())[0]).toMatchObject({
      visitor_id: "v9",
      session_id: "s9",
      customer_id: "c9",
      context: { country: "FR" },
    })
    expect(await subjects.visitorsOf("c9")).toEqual(["v9"])
  })

  it("takes region and local events from who knows the place, not from a browser", async () => {
    const { ingest, stored } = setUp()
    const made = { region: "FR-XYZ", local_events: ["made up"] }
    const known = { region: "FR-IDF", local_events: ["fair"] }
    const send = (context: object, sender: Sender) => ingest.submit({ events: [view({ context })] }, sender)
    await send(made, BROWSER)
    await send(made, { ...BROWSER, context: known })
    await ingest.submit(
      { events: [view({ visitor_id: "v2", context: { region: "fr-bre" } })] },
      { origin: "server" }
    )
    const contexts = (await stored()).map(({ context }) => context)
    expect(contexts).toEqual([{}, known, { region: "FR-BRE" }])
  })

  it("takes a cart or an order as of the situation that its shopper's browser was last heard in", async () => {
    const { ingest, stored, clock } = setUp()
    const rain = { device: "mobile", tz_offset: 60, weather: "rain", temperature: 9, country: "FR" } as const
    const fact = (visitor_id: string, consent = FULL_CONSENT) => ({
      type: "purchase",
      visitor_id,
      consent,
      context: { country: "PT", region_id: "reg_1" },
      items: [{ product_id: "p1" }],
    })
    await ingest.submit({ events: [view()] }, { ...BROWSER, context: rain })
    const contextsOf = async (...facts: ReturnType<typeof fact>[]) => {
      const before = (await stored()).length
      await ingest.submitFacts(facts)
      return (await stored()).slice(before).map(({ context }) => context)
    }
    const own = { country: "PT", region_id: "reg_1" }
    const anonymous = { ...FULL_CONSENT, personalization: false }
    expect(await contextsOf(fact("v1"), fact("v2"), fact("v1", anonymous))).toEqual([
      { ...rain, ...own },
      own,
      own,
    ])
    clock.advance(31 * 60_000)
    expect(await contextsOf(fact("v1"))).toEqual([own])
  })

  it("forgets a shopper's situation when they take their consent back", async () => {
    const { ingest, stored } = setUp()
    await ingest.submit({ events: [view()] }, { ...BROWSER, context: { device: "mobile" } })
    const said = (consent: object, ts: number) => view({ type: "consent_update", items: [], consent, ts })
    await ingest.submit(
      { events: [said(NO_CONSENT, NOW), said(FULL_CONSENT, NOW + 1)] },
      { origin: "server" }
    )
    await ingest.submitFacts([
      { type: "purchase", visitor_id: "v1", consent: FULL_CONSENT, items: [{ product_id: "p1" }] },
    ])
    expect((await stored()).at(-1)).toMatchObject({ type: "purchase", context: {} })
  })

  it("is marked when a robot sent it", async () => {
    const { ingest, stored } = setUp()
    const userAgent = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
    await ingest.submit({ events: [view()] }, { ...BROWSER, userAgent })
    expect((await stored())[0].bot).toBe(true)
  })

  it("is possible for every type", async () => {
    const { ingest } = setUp()
    const events = EVENT_TYPES.map(({ name }) => ({
      ...view({ type: name, placement: "home", value: 3, properties: { query: "x" } }),
      event_id: eventIdFrom(NOW, name),
    }))
    expect(await ingest.submit({ events }, { origin: "server" })).toEqual({
      accepted: EVENT_TYPES.length,
      rejected: [],
    })
  })
})

describe("consent", () => {
  it("is needed for anything to be stored", async () => {
    const { ingest, stored } = setUp()
    const events = [view({ consent: undefined }), view({ consent: NO_CONSENT }), view({ consent: {} })]
    const { accepted, rejected } = await ingest.submit({ events }, BROWSER)
    expect(accepted).toBe(0)
    expect(rejected.map(({ code }) => code)).toEqual(["no_consent", "no_consent", "no_consent"])
    expect(await stored()).toEqual([])
  })

  it("leaves no name on an event when it denies personalization", async () => {
    const { ingest, stored, subjects } = setUp()
    const consent = { ...FULL_CONSENT, personalization: false }
    const sender = { ...BROWSER, customerId: "customer" }
    const named = { visitor_id: "visitor", session_id: "session", properties: { order_id: "order" } }
    const event = view({ consent, context: { country: "DE", city: "Ulm" }, ...named })
    await ingest.submit({ events: [event] }, sender)
    const [kept] = await stored()
    expect(JSON.stringify(kept)).not.toMatch(/customer|visitor|session|order|Ulm/)
    expect(kept.context).toEqual({ country: "DE" })
    expect(await subjects.visitorsOf("customer")).toEqual([])
  })

  it("is taken from the header, the record or the default when the event says nothing", async () => {
    const silent = { events: [view({ consent: undefined })] }
    const { ingest, subjects, stored } = setUp()
    expect((await ingest.submit(silent, { ...BROWSER, consent: FULL_CONSENT })).accepted).toBe(1)
    await subjects.recordConsent("v1", FULL_CONSENT, 1)
    expect((await ingest.submit(silent, BROWSER)).accepted).toBe(1)
    expect((await stored()).map((event) => event.visitor_id)).toEqual(["v1", "v1"])
    const generous = setUp({ defaultConsent: FULL_CONSENT })
    expect((await generous.ingest.submit(silent, BROWSER)).accepted).toBe(1)
  })

  it("is denied by Global Privacy Control as far as a profile goes", async () => {
    const { ingest, stored } = setUp({ defaultConsent: FULL_CONSENT })
    await ingest.submit({ events: [view({ consent: undefined })] }, { ...BROWSER, gpc: true })
    expect((await stored())[0].visitor_id).toBeUndefined()
  })

  it("changes with consent_update, whose denial is kept though the event is not", async () => {
    const { ingest, subjects, stored, withdrawn } = setUp()
    const update = (consent: object, ts: number) =>
      ingest.submit({ events: [view({ type: "consent_update", items: [], consent, ts })] }, BROWSER)
    expect((await update(FULL_CONSENT, NOW)).accepted).toBe(1)
    expect(await subjects.consentOf({ visitorId: "v1" })).toEqual(FULL_CONSENT)
    expect((await update(NO_CONSENT, NOW + 1)).accepted).toBe(1)
    expect(await subjects.consentOf({ visitorId: "v1" })).toEqual(NO_CONSENT)
    expect(await stored()).toHaveLength(1)
    expect(withdrawn).toEqual([{ visitorId: "v1", customerId: undefined }])
    // An event queued before the change of mind.
    expect((await ingest.submit({ events: [view()] }, BROWSER)).rejected[0].code).toBe("no_consent")
    expect((await update(FULL_CONSENT, NOW + 2)).accepted).toBe(1)
    expect((await ingest.submit({ events: [view()] }, BROWSER)).accepted).toBe(1)
  })
})

describe("a change of mind", () => {
  const update = (consent: object, changes: object = {}) =>
    view({ type: "consent_update", items: [], consent, ...changes })

  it("is not lost to an earlier grant from a clock that runs ahead", async () => {
    const { ingest, subjects, clock } = setUp()
    await ingest.submit({ events: [update(FULL_CONSENT, { ts: NOW + 240_000 })] }, BROWSER)
    clock.advance(1_000)
    await ingest.submit({ events: [update(NO_CONSENT, { ts: NOW + 1_000 })] }, BROWSER)
    expect(await subjects.consentOf({ visitorId: "v1" })).toEqual(NO_CONSENT)
  })

  it("counts for what follows it in the same batch, and for that visitor only", async () => {
    const { ingest, stored } = setUp()
    const events = [view(), update(NO_CONSENT), view(), view({ visitor_id: "v2" }), view()]
    const { accepted, rejected } = await ingest.submit({ events }, { origin: "server" })
    expect(accepted).toBe(3)
    expect(rejected.map(({ index, code }) => [index, code])).toEqual([
      [2, "no_consent"],
      [4, "no_consent"],
    ])
    expect((await stored()).map((event) => event.visitor_id)).toEqual(["v1", "v2"])
  })

  it("does not bring back an older grant within a batch", async () => {
    const { ingest, subjects } = setUp()
    await subjects.recordConsent("v1", NO_CONSENT, NOW)
    const events = [update(FULL_CONSENT, { ts: NOW - 1 }), view()]
    expect((await ingest.submit({ events }, BROWSER)).rejected.map(({ index }) => index)).toEqual([1])
  })
})

describe("facts", () => {
  const purchase = (changes: object = {}) => ({
    ...view({ type: "purchase", ts: undefined, event_id: eventIdFrom(NOW, "order 1"), ...changes }),
  })

  it("may be purchases and name the customer", async () => {
    const { ingest, stored } = setUp()
    expect(await ingest.submitFacts([purchase({ customer_id: "c1" })])).toEqual({ accepted: 1, rejected: [] })
    expect((await stored())[0]).toMatchObject({ type: "purchase", customer_id: "c1", ts: NOW })
    await ingest.submitFacts([purchase({ customer_id: "c1" })])
    expect(await stored()).toHaveLength(1)
  })

  it("obey the recorded consent, also that of the customer's other visitors", async () => {
    const { ingest, subjects, stored } = setUp()
    await subjects.link("v2", "c1")
    await subjects.recordConsent("v2", { ...FULL_CONSENT, personalization: false }, 1)
    await ingest.submitFacts([purchase({ customer_id: "c1", visitor_id: undefined })])
    expect((await stored())[0].customer_id).toBeUndefined()
  })
})

describe("limits", () => {
  it("holds a visitor and an address to their rate", async () => {
    const { ingest } = setUp({ ratePerVisitor: 3, ratePerIp: 5 })
    const send = (visitor_id: string, n: number, ip = "1.1.1.1") =>
      ingest.submit({ events: Array(n).fill(view({ visitor_id })) }, { ...BROWSER, ip })
    await send("v1", 3)
    await expect(send("v1", 1)).rejects.toMatchObject({ code: "overloaded", retryAfter: expect.any(Number) })
    await send("v2", 1, "2.2.2.2")
    await expect(send("v3", 2)).rejects.toMatchObject({ code: "overloaded" })
    await ingest.submit({ events: Array(9).fill(view()) }, { origin: "server" })
  })

  it("holds a publishable key to its rate, whoever sends", async () => {
    const { ingest } = setUp({ ratePerKey: 3 })
    const send = (visitor_id: string, key?: string) =>
      ingest.submit({ events: [view({ visitor_id }), view({ visitor_id })] }, { ...BROWSER, key })
    await send("v1", "pk_1")
    await expect(send("v2", "pk_1")).rejects.toMatchObject({
      code: "overloaded",
      message: expect.stringContaining("one key"),
    })
    await send("v3", "pk_2")
    await send("v4")
  })

  it("takes its limits from where all processes share them", async () => {
    const taken: [string, string, number][] = []
    const limiter = (by: string, points: number) => ({
      consume: async (key: string, count: number) => void taken.push([by, key, points - count]),
    })
    const ingest = new Ingest(
      { log: new MemoryEventLog(), subjects: new MemorySubjectStore(), clock: new ManualClock(NOW), limiter },
      { ratePerIp: 10, ratePerKey: 20, ratePerVisitor: 30 }
    )
    await ingest.submit({ events: [view()] }, { ...BROWSER, ip: "1.1.1.1", key: "pk_1" })
    expect(taken).toEqual([
      ["ip", "1.1.1.1", 9],
      ["key", "pk_1", 19],
      ["visitor", "v1", 29],
    ])
  })

  it("answers overloaded when the queue is full, and writes what arrived together in one go", async () => {
    const { ingest, log, stored, counts } = setUp({ queueSize: 4 })
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const append = log.append.bind(log)
    const groups: number[] = []
    log.append = async (events) => {
      groups.push(events.length)
      await held
      return append(events)
    }
    const first = ingest.submit({ events: [view()] }, BROWSER)
    while (groups.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const others = [
      ingest.submit({ events: [view()] }, BROWSER),
      ingest.submit({ events: [view(), view()] }, BROWSER),
    ]
    await new Promise((resolve) => setImmediate(resolve))
    expect(ingest.queueDepth).toBe(4)
    await expect(ingest.submit({ events: [view()] }, BROWSER)).rejects.toMatchObject({
      code: "overloaded",
      retryAfter: 1,
    })
    release()
    expect((await Promise.all([first, ...others])).map(({ accepted }) => accepted)).toEqual([1, 1, 2])
    expect(groups).toEqual([1, 3])
    expect(await stored()).toHaveLength(4)
    expect(counts.get("events_overloaded_total queue")).toBe(1)
    expect(ingest.queueDepth).toBe(0)
  })

  it("acknowledges nothing that the log did not take, and does not let one batch sink another", async () => {
    const { ingest, log } = setUp()
    const append = log.append.bind(log)
    log.append = async (events) => {
      if (events.some((event) => event.items[0].product_id === "bad")) throw new Error("cannot store that")
      return append(events)
    }
    const [good, bad] = await Promise.allSettled([
      ingest.submit({ events: [view()] }, BROWSER),
      ingest.submit({ events: [view({ items: [{ product_id: "bad" }] })] }, BROWSER),
    ])
    expect([good.status, bad.status]).toEqual(["fulfilled", "rejected"])
    log.append = async () => {
      throw new PersonalizationError("unavailable", "down")
    }
    await expect(ingest.submit({ events: [view()] }, BROWSER)).rejects.toMatchObject({ code: "unavailable" })
    expect(ingest.queueDepth).toBe(0)
  })

  it("drains when it is closed and takes nothing more", async () => {
    const { ingest, stored } = setUp()
    const pending = ingest.submit({ events: [view()] }, BROWSER)
    await new Promise((resolve) => setImmediate(resolve))
    await ingest.close()
    expect((await pending).accepted).toBe(1)
    expect(await stored()).toHaveLength(1)
    await expect(ingest.submit({ events: [view()] }, BROWSER)).rejects.toMatchObject({ code: "unavailable" })
  })
})
