import fc from "fast-check"
import { MemoryCatalogStore } from "../../adapters/memory/memory-catalog-store"
import { MemoryEventLog } from "../../adapters/memory/memory-event-log"
import { MemoryFeatureStore } from "../../adapters/memory/memory-feature-store"
import type { LoggedEvent, ShopEvent } from "../events"
import { FULL_CONSENT, NO_CONSENT } from "../privacy"
import { shopEvent } from "../testing/events"
import {
  CatalogKeeper,
  FeatureUpdater,
  itemKeys,
  placed,
  profileKeys,
  readItem,
  readShopper,
  SharedFeatures,
  type Who,
} from "."

const T = Date.UTC(2026, 0, 15)
const view = (id: string, changes: Partial<ShopEvent> = {}) =>
  shopEvent({ ts: T, items: [{ product_id: id }], ...changes })

function setUp() {
  const store = new MemoryFeatureStore()
  const catalog = new CatalogKeeper({ store: new MemoryCatalogStore() })
  const updater = new FeatureUpdater({ store, catalog })
  const recent = async (who: Who) =>
    readShopper(await store.getMany(profileKeys(who)), who, T).recent.map((item) => item.productId)
  const views = async (id: string) => readItem(await store.getMany(itemKeys([id])), id, T).views
  const everything = async () => {
    const all = new Map()
    for await (const [key, record] of store.snapshot()) all.set(key, record)
    return all
  }
  return { store, updater, recent, views, everything }
}

const logged = (events: readonly ShopEvent[]): LoggedEvent[] =>
  events.map((event, i) => ({ event, offset: String(i + 1), partition: 3 }))

/** Delivers parts of the history over and over, as after crashes between applying and acknowledging. */
const STORY: readonly ShopEvent[] = [
  view("old", { customer_id: "c", ts: T - 10 }),
  view("a", { visitor_id: "v", session_id: "s", ts: T - 5 }),
  view("b", { visitor_id: "v", session_id: "s", ts: T - 4 }),
  view("d", { visitor_id: "v", session_id: "s", customer_id: "c", ts: T - 3 }),
  view("x", { visitor_id: "v", ts: T - 2 }),
  view("e", { visitor_id: "v", customer_id: "c", ts: T - 1 }),
  view("z", { visitor_id: "w", ts: T }),
]

it.each([
  [
    "in one batch, twice",
    [
      [0, 7],
      [0, 7],
    ],
  ],
  ["one by one, each twice", Array.from({ length: 14 }, (_, i) => [i >> 1, (i >> 1) + 1])],
  [
    "again from before the login",
    [
      [0, 4],
      [2, 4],
      [1, 6],
      [4, 7],
    ],
  ],
  [
    "again from the beginning after half",
    [
      [0, 5],
      [0, 2],
      [2, 7],
    ],
  ],
])("counts history once when it is delivered %s", async (_how, deliveries) => {
  const once = setUp()
  await once.updater.apply(logged(STORY).map(placed))
  const again = setUp()
  for (const [from, to] of deliveries as [number, number][])
    await again.updater.apply(logged(STORY).slice(from, to).map(placed))
  expect(await again.everything()).toEqual(await once.everything())
  expect(await again.recent({ customerId: "c" })).toEqual(["old", "a", "b", "d", "x", "e"])
  expect(await again.views("a")).toBeCloseTo(1, 6)
})

it("finishes a merge that a crash has cut between the customer's record and the visitor's", async () => {
  const { store, updater, recent, views } = setUp()
  const erase = store.erase.bind(store)
  store.erase = async () => {
    throw new Error("killed")
  }
  await expect(updater.apply(logged(STORY).slice(0, 4).map(placed))).rejects.toThrow("killed")
  store.erase = erase
  await updater.apply(logged(STORY).slice(0, 4).map(placed))
  expect(await recent({ customerId: "c" })).toEqual(["old", "a", "b", "d"])
  expect(await recent({ visitorId: "v" })).toEqual([])
  expect(await views("d")).toBeCloseTo(1, 6)
})

it("drops a profile where the stream says so, and begins a new one behind it", async () => {
  const { updater, recent } = setUp()
  const events = logged([
    view("a", { visitor_id: "v" }),
    shopEvent({ type: "forget", visitor_id: "v", items: [], consent: NO_CONSENT }),
    view("b", { visitor_id: "v" }),
  ])
  await updater.apply(events.map(placed))
  expect(await recent({ visitorId: "v" })).toEqual(["b"])
  await updater.apply(events.map(placed))
  expect(await recent({ visitorId: "v" })).toEqual(["b"])
})

it("follows the stream from where its group stands, when it is to", async () => {
  const { updater, views } = setUp()
  const stream = new MemoryEventLog()
  const first = new SharedFeatures({ stream, updater, consume: true })
  first.begin()
  await stream.append([view("a")])
  await first.caughtUp()
  expect(await views("a")).toBeCloseTo(1, 6)
  await first.stop()
  const idle = new SharedFeatures({ stream, updater, consume: false })
  idle.begin()
  await stream.append([view("a")])
  await idle.caughtUp()
  expect(await views("a")).toBeCloseTo(1, 6)
  const second = new SharedFeatures({ stream, updater, consume: true })
  second.begin()
  await second.caughtUp()
  expect(await views("a")).toBeCloseTo(2, 6)
  await second.stop()
  await idle.stop()
})

it("tries to subscribe until it can, or is stopped", async () => {
  const { updater, views } = setUp()
  const stream = new MemoryEventLog()
  const subscribe = stream.subscribe.bind(stream)
  let failures = 0
  stream.subscribe = async (...args) => {
    if (failures++ < 2) throw new Error("not yet")
    return subscribe(...args)
  }
  const patient = new SharedFeatures({ stream, updater, consume: true, retryMs: 1 })
  patient.begin()
  await stream.append([view("a")])
  await patient.caughtUp()
  expect([failures, await views("a")]).toEqual([3, expect.closeTo(1, 6)])
  await patient.stop()
  failures = -1_000_000
  const hopeless = new SharedFeatures({ stream, updater, consume: true, retryMs: 3_600_000 })
  stream.subscribe = async () => Promise.reject(new Error("never"))
  hopeless.begin()
  await new Promise((resolve) => setImmediate(resolve))
  await hopeless.stop()
  expect(hopeless.rebuilt).toBe(true)
})

/** Events of two visitors and two customers, of all kinds that matter, in one partition each. */
const anyEvent = fc.record({
  type: fc.constantFrom(
    "view_item",
    "add_to_cart",
    "purchase",
    "login",
    "search",
    "dislike",
    "consent_update"
  ),
  visitor_id: fc.constantFrom("v", "w", undefined),
  customer_id: fc.constantFrom("c", "d", undefined),
  granted: fc.boolean(),
  product: fc.constantFrom("a", "b"),
})

it("comes to the same, however often a crash has brought events back", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEvent, { minLength: 1, maxLength: 14 }),
      fc.array(fc.tuple(fc.nat(14), fc.integer({ min: 1, max: 14 })), { maxLength: 6 }),
      async (kinds, crashes) => {
        const events = kinds.map(({ type, granted, product, ...who }, i) =>
          shopEvent({
            ...who,
            type,
            ts: T + i,
            items: [{ product_id: product }],
            consent: granted || type !== "consent_update" ? FULL_CONSENT : NO_CONSENT,
          })
        )
        const all = logged(events).map(placed)
        const once = setUp()
        for (const one of all) await once.updater.apply([one])
        const again = setUp()
        // What was acknowledged never comes again; what was not comes again from there.
        let acknowledged = 0
        for (const [length, acknowledge] of crashes) {
          await again.updater.apply(all.slice(acknowledged, acknowledged + length))
          acknowledged = Math.min(all.length, acknowledged + Math.min(length, acknowledge) - 1)
          acknowledged = Math.max(0, acknowledged)
        }
        await again.updater.apply(all.slice(acknowledged))
        expect(await again.everything()).toEqual(await once.everything())
      }
    ),
    { numRuns: 500 }
  )
})
