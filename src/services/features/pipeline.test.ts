import { MemoryCatalogStore } from "../../adapters/memory/memory-catalog-store"
import { MemoryEventLog } from "../../adapters/memory/memory-event-log"
import { MemoryFeatureStore } from "../../adapters/memory/memory-feature-store"
import { MemorySubjectStore } from "../../adapters/memory/memory-subject-store"
import type { ShopEvent } from "../events"
import { FULL_CONSENT, NO_CONSENT } from "../privacy"
import { product } from "../testing/catalog-store.contract"
import { shopEvent } from "../testing/events"
import {
  CatalogKeeper,
  FeaturePipeline,
  FeatureUpdater,
  itemKeys,
  popularNowKeys,
  profileKeys,
  readItem,
  readPopularNow,
  readShopper,
  type FeaturePipelineDependencies,
  type FeatureUpdaterDependencies,
  type Who,
} from "."

const T = Date.UTC(2026, 0, 15)

type Parts = Omit<FeaturePipelineDependencies, "updater"> & FeatureUpdaterDependencies

const pipelineOf = (parts: Parts) => new FeaturePipeline({ ...parts, updater: new FeatureUpdater(parts) })

async function setUp(changes: Partial<Parts> = {}) {
  const log = new MemoryEventLog({ maxAttempts: 2, backoffMs: 1 })
  const store = new MemoryFeatureStore()
  const subjects = new MemorySubjectStore()
  const catalog = new CatalogKeeper({ store: new MemoryCatalogStore() })
  await catalog.upsert([product("a", { categories: [{ id: "tea", name: "Tea" }] })])
  const pipeline = pipelineOf({ log, store, catalog, subjects, ...changes })
  const shopper = async (who: Who) => readShopper(await store.getMany(profileKeys(who)), who, T)
  const recent = async (who: Who) => (await shopper(who)).recent.map((item) => item.productId)
  const views = async (id: string) => readItem(await store.getMany(itemKeys([id])), id, T).views
  const feed = async (...events: ShopEvent[]) => {
    await log.append(events)
    await pipeline.caughtUp()
  }
  const close = async () => {
    await pipeline.stop()
    await log.close()
  }
  return { log, store, subjects, catalog, pipeline, shopper, recent, views, feed, close }
}

const view = (id: string, changes: Partial<ShopEvent> = {}) =>
  shopEvent({ ts: T, items: [{ product_id: id }], ...changes })

it("builds the shopper, the session, the item and the shop from one event", async () => {
  const { pipeline, feed, shopper, views, store, close } = await setUp()
  await pipeline.start()
  await feed(view("a", { visitor_id: "v", session_id: "s", context: { country: "GB" } }))
  expect(await shopper({ visitorId: "v", sessionId: "s" })).toEqual({
    recent: [{ productId: "a", type: "view_item", ts: T }],
    session: ["a"],
    categoryAffinity: new Map([["tea", 1]]),
    shown: new Map(),
  })
  expect(await views("a")).toBe(1)
  const popular = readPopularNow(await store.getMany(popularNowKeys("GB")), "GB", T)
  expect(popular).toEqual([{ id: "a", score: 1 }])
  await close()
})

it("rebuilds the same from history, and counts nothing twice", async () => {
  const first = await setUp()
  await first.pipeline.start()
  const events = Array.from({ length: 25 }, (_, i) =>
    view(`p${i % 4}`, { ts: T + i, visitor_id: "v", session_id: "s", customer_id: i > 20 ? "c" : undefined })
  )
  await first.feed(...events)
  await first.feed(...events)
  const snapshot = async (store: MemoryFeatureStore) => {
    const all = new Map()
    for await (const [key, record] of store.snapshot()) all.set(key, record)
    return all
  }
  const live = await snapshot(first.store)
  const store = new MemoryFeatureStore()
  const again = pipelineOf({ log: first.log, store, catalog: first.catalog })
  await again.start()
  await again.caughtUp()
  expect(await snapshot(store)).toEqual(live)
  expect(await first.views("p0")).toBeGreaterThan(6)
  expect(await first.views("p0")).toBeLessThan(7.001)
  await again.stop()
  await first.close()
})

it("gives a visitor's history to the customer they turn out to be, once", async () => {
  const { pipeline, feed, recent, shopper, store, close } = await setUp()
  await pipeline.start()
  await feed(view("old", { customer_id: "c", ts: T - 10 }))
  await feed(view("a", { visitor_id: "v", ts: T - 2 }), view("b", { visitor_id: "v", ts: T - 1 }))
  await feed(view("d", { visitor_id: "v", customer_id: "c", ts: T }))
  const who = { visitorId: "v", customerId: "c" }
  expect(await recent(who)).toEqual(["old", "a", "b", "d"])
  expect(await recent({ visitorId: "v" })).toEqual([])
  const counted = (await store.getMany(["shopper:customer:c"])).get("shopper:customer:c")
  await feed(view("d", { visitor_id: "v", customer_id: "c", ts: T }))
  const after = (await store.getMany(["shopper:customer:c"])).get("shopper:customer:c")
  const views = (record: typeof counted) =>
    (record?.event_counts as { view_item: [number, number] }).view_item[0]
  expect(views(after) - views(counted)).toBeCloseTo(1, 3)
  expect((await shopper(who)).categoryAffinity.get("tea")).toBe(1)
  await close()
})

it("merges in the order of events also within one batch", async () => {
  const { log, pipeline, recent, close } = await setUp()
  await log.append([
    view("a", { visitor_id: "v", ts: T }),
    view("b", { visitor_id: "v", customer_id: "c", ts: T + 1 }),
    view("x", { visitor_id: "v", ts: T + 2 }),
    view("y", { visitor_id: "v", customer_id: "c", ts: T + 3 }),
  ])
  await pipeline.start()
  expect(await recent({ customerId: "c" })).toEqual(["a", "b", "x", "y"])
  await close()
})

it("counts a visitor's part for the customer before the merge has come", async () => {
  const { pipeline, feed, recent, close } = await setUp()
  await pipeline.start()
  await feed(view("a", { visitor_id: "v" }), view("b", { customer_id: "c", ts: T + 1 }))
  expect(await recent({ visitorId: "v", customerId: "c" })).toEqual(["a", "b"])
  await close()
})

it("keeps robots out, and nameless events out of profiles", async () => {
  const { pipeline, feed, views, store, close } = await setUp()
  await pipeline.start()
  await feed(view("a", { visitor_id: "v", bot: true }), view("b"))
  expect([await views("a"), await views("b")]).toEqual([0, 1])
  const keys: string[] = []
  for await (const [key] of store.snapshot()) keys.push(key)
  expect(keys.filter((key) => /^(shopper|session):/.test(key))).toEqual([])
  await close()
})

it("forgets a profile whose consent is withdrawn, also when history is replayed", async () => {
  const { log, pipeline, feed, recent, subjects, catalog, views, close } = await setUp()
  await pipeline.start()
  await feed(view("a", { visitor_id: "v" }), view("a", { visitor_id: "w" }))
  const denial = { ...FULL_CONSENT, personalization: false }
  await feed(shopEvent({ type: "consent_update", visitor_id: "v", consent: denial, items: [], ts: T }))
  expect([await recent({ visitorId: "v" }), await recent({ visitorId: "w" })]).toEqual([[], ["a"]])
  // Without analytics the withdrawal is no event: the record must do.
  await subjects.recordConsent("w", NO_CONSENT, T)
  const store = new MemoryFeatureStore()
  const again = pipelineOf({ log, store, catalog, subjects })
  await again.start()
  const who = { visitorId: "w" }
  expect(readShopper(await store.getMany(profileKeys(who)), who, T).recent).toEqual([])
  expect(await views("a")).toBe(2)
  await pipeline.forget({ visitorId: "w" })
  expect(await recent({ visitorId: "w" })).toEqual([])
  await again.stop()
  await close()
})

it("lets one visitor's withdrawal decide for that visitor, not for the customer's other ones", async () => {
  const { log, pipeline, subjects, recent, close } = await setUp()
  await log.append([
    view("phone", { visitor_id: "v1", customer_id: "c", ts: T }),
    view("desk", { visitor_id: "v2", customer_id: "c", ts: T + 1 }),
    view("phone", { visitor_id: "v1", customer_id: "c", ts: T + 2 }),
  ])
  await subjects.recordConsent("v1", NO_CONSENT, T)
  await subjects.recordConsent("v2", FULL_CONSENT, T)
  await pipeline.start()
  expect(await recent({ customerId: "c" })).toEqual(["desk"])
  await close()
})

it("forgets the sessions it is told of", async () => {
  const { pipeline, feed, shopper, close } = await setUp()
  await pipeline.start()
  await feed(view("a", { visitor_id: "v", session_id: "s" }), view("b", { visitor_id: "w", session_id: "t" }))
  await pipeline.forget({ visitorId: "v", sessionIds: ["s"] })
  expect((await shopper({ visitorId: "v", sessionId: "s" })).session).toEqual([])
  expect((await shopper({ visitorId: "w", sessionId: "t" })).session).toEqual(["b"])
  await close()
})

it("builds nothing of earlier events that were read before a shopper was forgotten", async () => {
  const { log, pipeline, recent, close } = await setUp()
  const filler = Array.from({ length: 600 }, (_, i) => view("f", { visitor_id: "other", ts: T + i }))
  await log.append([...filler, view("old", { visitor_id: "v", session_id: "s" })])
  pipeline.begin()
  await new Promise((resolve) => setImmediate(resolve))
  expect(pipeline.rebuilt).toBe(false)
  // Gone from the log, but not from the batch in the pipeline's hands.
  const upTo = await log.head()
  await log.erase({ visitorIds: ["v"] })
  await pipeline.forget({ visitorId: "v", upTo })
  await log.append([view("new", { visitor_id: "v" })])
  await pipeline.caughtUp()
  expect(await recent({ visitorId: "v" })).toEqual(["new"])
  await close()
})

it("lets a feature that fails hurt nobody else", async () => {
  const counts: string[] = []
  const { pipeline, feed, store, close } = await setUp({
    metrics: {
      count: (name, labels) => void counts.push(`${name} ${labels?.feature}`),
      gauge() {},
      observe() {},
    },
    features: [
      {
        name: "broken",
        entity: "item",
        events: ["view_item"],
        initial: 0,
        update: () => {
          throw new Error("no")
        },
        read: () => 0,
      },
      {
        name: "fine",
        entity: "item",
        events: ["view_item"],
        initial: 0,
        update: (n) => n + 1,
        read: (n) => n,
      },
    ],
  })
  await pipeline.start()
  await feed(view("a"))
  expect((await store.getMany(["item:a"])).get("item:a")).toMatchObject({ fine: 1 })
  expect(counts).toContain("feature_errors_total broken")
  await close()
})

it("falls back from a country of which little is known to the whole shop", async () => {
  const { pipeline, feed, store, close } = await setUp()
  await pipeline.start()
  const from = (country: string, ...ids: string[]) => ids.map((id) => view(id, { context: { country } }))
  await feed(...from("GB", "a", "b", "c", "d", "e", "e"), ...from("FR", "z", "z", "z"))
  const popular = async (country: string) =>
    readPopularNow(await store.getMany(popularNowKeys(country)), country, T).map(({ id }) => id)
  expect((await popular("GB"))[0]).toBe("e")
  expect((await popular("GB")).at(-1)).toBe("z")
  expect((await popular("FR"))[0]).toBe("z")
  expect((await popular("FR")).length).toBe(6)
  await close()
})

describe("a rebuild in the background", () => {
  const history = Array.from({ length: 1_000 }, (_, i) => view("a", { visitor_id: "v", ts: T + i }))

  it("leaves turns of the event loop to others, and is waited for by caughtUp", async () => {
    const { log, pipeline, views, close } = await setUp()
    await log.append(history)
    pipeline.begin()
    pipeline.begin()
    expect(pipeline.rebuilt).toBe(false)
    let turns = 0
    const turn = () => {
      turns++
      if (!pipeline.rebuilt) setImmediate(turn)
    }
    setImmediate(turn)
    await pipeline.caughtUp()
    expect(pipeline.rebuilt).toBe(true)
    expect(turns).toBeGreaterThanOrEqual(4)
    expect(await views("a")).toBeCloseTo(1_000, 0)
    await close()
  })

  it("is tried again when it fails, and counts nothing twice", async () => {
    const { log, pipeline, views, store, close } = await setUp({ retryMs: 1 })
    await log.append(history)
    const apply = store.apply.bind(store)
    let calls = 0
    store.apply = async (updates) => {
      if (++calls === 3) throw new Error("not now")
      return apply(updates)
    }
    pipeline.begin()
    await pipeline.caughtUp()
    expect(pipeline.rebuilt).toBe(true)
    expect(await views("a")).toBeCloseTo(1_000, 0)
    await close()
  })

  it("ends with stop, also while it waits to be tried again", async () => {
    const { log, pipeline, close } = await setUp({ retryMs: 3_600_000 })
    await log.append(history)
    let failed = 0
    log.replay = () => {
      failed++
      throw new Error("not ever")
    }
    pipeline.begin()
    while (failed === 0) await new Promise((resolve) => setImmediate(resolve))
    await pipeline.stop()
    expect([failed, pipeline.rebuilt]).toEqual([1, false])
    await close()
  })
})
