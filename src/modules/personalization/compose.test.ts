import { MemoryFeatureStore } from "../../adapters/memory"
import { newEventId } from "../../services/events"
import { FeaturePipeline, FeatureUpdater, type Product } from "../../services/features"
import { Random, silentLogger } from "../../services/lib"
import { NO_CONSENT } from "../../services/privacy"
import { shopEvent } from "../../services/testing/events"
import { compose } from "./compose"
import type { Engine } from "./engine"
import { resolveOptions } from "./options"
import { healthOf } from "./overview"

// ONNX Runtime knows no arrays of the realm that jest runs tests in.
jest.mock("./compose-trainer", () => {
  const { portableTrainer } =
    jest.requireActual<typeof import("../../services/models")>("../../services/models")
  return { trainerOpener: () => async () => portableTrainer }
})

const CONSENT = { analytics: true, personalization: true, experimentation: true, model_training: true }
const CATEGORIES = ["lamps", "chairs", "mugs", "plants"]
const PER_CATEGORY = 12

const product = (category: string, n: number): Product => ({
  id: `${category}-${n}`,
  title: `${category} number ${n}`,
  description: `A fine piece of ${category}, model ${n}`,
  status: "published",
  categories: [{ id: category, name: category }],
  tags: [],
  options: {},
  salesChannelIds: ["web"],
  variants: [{ id: `${category}-${n}-v`, available: true, price: 10 + n }],
  inStock: true,
  price: 10 + n,
  createdAt: n,
  updatedAt: n,
})

const view = (visitor: string, session: string, productId: string, ts: number) => ({
  event_id: newEventId(ts),
  type: "view_item",
  ts,
  visitor_id: visitor,
  session_id: session,
  consent: CONSENT,
  items: [{ product_id: productId }],
})

/** For what follows the catalogue by polling. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await check()
    } catch (error) {
      if (tries === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** Shoppers who stay within one category, so that a recommender that learns anything must find it. */
function history(now: number): object[] {
  const random = new Random(7)
  return Array.from({ length: 120 }, (_, s) => {
    const category = CATEGORIES[s % CATEGORIES.length]
    return Array.from({ length: 5 }, (_, i) =>
      view(
        `h${s}`,
        `hs${s}`,
        `${category}-${random.int(PER_CATEGORY)}`,
        now - (130 - s) * 3_600_000 + i * 1_000
      )
    )
  }).flat()
}

describe("the engine, composed in memory", () => {
  let engine: Engine
  const list = async (placement: string, visitor: string, extra: object = {}) => {
    const { items } = await engine.recommender.recommend({
      placement,
      visitorId: visitor,
      sessionId: `${visitor}-s`,
      consent: CONSENT,
      context: { now: Date.now(), salesChannelIds: ["web"] },
      limit: 8,
      ...extra,
    })
    return items.map((item) => item.product_id)
  }
  const look = async (visitor: string, ...ids: string[]) => {
    const events = ids.map((id, i) => view(visitor, `${visitor}-s`, id, Date.now() - 1_000 + i))
    await engine.ingest.submit({ events }, { origin: "browser" })
    await engine.featuresCaughtUp()
  }
  const share = (ids: string[], category: string) =>
    ids.filter((id) => id.startsWith(category)).length / ids.length

  beforeAll(async () => {
    const options = resolveOptions({
      retrieval: { index: "exact", dimensions: 16 },
      training: {
        fitCandidates: true,
        models: [
          "sequential-rules",
          "vmis-knn",
          "bought-together",
          "buy-again",
          "text-lsa",
          "ials",
          "sasrec",
        ],
        modelOptions: { sasrec: { minSequences: 20, epochs: 2, dimensions: 16 } },
      },
    })
    engine = compose(options, { logger: silentLogger })
    await engine.start()
    await engine.catalog.upsert(
      CATEGORIES.flatMap((category) => Array.from({ length: PER_CATEGORY }, (_, n) => product(category, n)))
    )
  })
  afterAll(() => engine.stop())

  it("has a list for anyone before anything was learned", async () => {
    await eventually(async () => expect(await list("home-for-you", "early")).toHaveLength(8))
  })

  it("reports a run without enough events, and nothing goes live", async () => {
    const run = engine.training.start()
    await engine.training.idle()
    expect(run).toMatchObject({ status: "failed", error: { code: "nothing_to_train" } })
    expect(engine.models.version).toBeUndefined()
  })

  it("trains on what it was told and goes live", async () => {
    const events = history(Date.now())
    for (let i = 0; i < events.length; i += 100) {
      await engine.ingest.submit({ events: events.slice(i, i + 100) }, { origin: "server" })
    }
    const run = engine.training.start()
    expect(() => engine.training.start()).toThrow("still going on")
    await engine.training.idle()
    expect(run.error).toBeUndefined()
    expect(run).toMatchObject({ status: "succeeded", progress: 1, promoted: true })
    expect(engine.models.version).toBe(run.version)
    const live = await engine.models.live()
    const hitRate = (model: string) => live!.metrics[model]["hr@20"]
    expect(hitRate("vmis-knn")).toBeGreaterThan(hitRate("popularity"))
  })

  it("follows a shopper into a category by the next request", async () => {
    const before = share(await list("home-for-you", "ann"), "mugs")
    await look("ann", "mugs-1", "mugs-2", "mugs-3")
    expect(share(await list("home-for-you", "ann"), "mugs")).toBeGreaterThan(before)
    expect((await list("recently-viewed", "ann")).slice().sort()).toEqual(["mugs-1", "mugs-2", "mugs-3"])
    expect(share(await list("pdp-similar", "ann", { productIds: ["mugs-4"] }), "mugs")).toBeGreaterThan(0.5)
  })

  it("asks the trained factors and the trained sequence model for a shopper who comes back", async () => {
    await look("dan", "lamps-1", "lamps-2", "lamps-3")
    const { candidates } = await engine.steering.preview({
      placement: "home-for-you",
      visitorId: "dan",
      sessionId: "another-visit",
      consent: CONSENT,
      context: { now: Date.now(), salesChannelIds: ["web"] },
      limit: 8,
    })
    const foundBy = (name: string) =>
      candidates
        .filter(({ sources }) => sources.some((source) => source.name === name))
        .map(({ product_id: id }) => id)
    expect(share(foundBy("user-factors").slice(0, 8), "lamps")).toBeGreaterThan(0.5)
    expect(foundBy("sequence").length).toBeGreaterThan(0)
  })

  it("gives a visitor's history to the customer they turn out to be", async () => {
    await look("bea", "plants-1", "plants-2")
    const seen = await list("recently-viewed", "bea", { customerId: "cus_bea" })
    expect(seen.slice().sort()).toEqual(["plants-1", "plants-2"])
  })

  it("tells a visitor and a customer apart again", async () => {
    await look("ivy", "lamps-1")
    const login = { type: "login", visitor_id: "ivy", customer_id: "cus_ivy", consent: CONSENT }
    await engine.ingest.submitFacts([login])
    const bought = {
      type: "purchase",
      customer_id: "cus_ivy",
      consent: CONSENT,
      items: [{ product_id: "mugs-2" }],
    }
    await engine.ingest.submitFacts([bought])
    await engine.featuresCaughtUp()
    const known = async () => {
      const records = await engine.features.getMany(["shopper:visitor:ivy", "shopper:customer:cus_ivy"])
      return [...records].map(([key, record]) => [key, JSON.stringify(record).match(/(lamps|mugs)-\d/g)])
    }
    expect(await known()).toEqual([["shopper:customer:cus_ivy", ["lamps-1", "mugs-2"]]])
    // The view was the visitor's own before the login, so only the login itself named both.
    expect(await engine.unlink("ivy", "cus_ivy")).toBe(1)
    expect(await known()).toEqual([
      ["shopper:visitor:ivy", ["lamps-1"]],
      ["shopper:customer:cus_ivy", ["mugs-2"]],
    ])
    expect(await engine.unlink("ivy", "cus_ivy")).toBe(0)
  })

  it("uses no profile without consent", async () => {
    await look("cy", "lamps-1", "lamps-2")
    const denied = await engine.recommender.recommend({
      placement: "recently-viewed",
      visitorId: "cy",
      sessionId: "cy-s",
      consent: NO_CONSENT,
      context: { now: Date.now(), salesChannelIds: ["web"] },
    })
    expect(denied.items.map((item) => item.reason.code)).not.toContain("recently_viewed")
  })

  it("drops the profile of a shopper who withdraws consent", async () => {
    await look("cat", "lamps-1")
    expect((await engine.features.getMany(["shopper:visitor:cat"])).size).toBe(1)
    const withdrawal = { type: "consent_update", ts: Date.now(), visitor_id: "cat", consent: NO_CONSENT }
    await engine.ingest.submit({ events: [withdrawal] }, { origin: "browser" })
    expect((await engine.features.getMany(["shopper:visitor:cat"])).size).toBe(0)
  })

  it("forgets an erased shopper everywhere", async () => {
    await look("dan", "chairs-1", "chairs-2")
    await engine.erase({ visitorId: "dan" })
    expect((await engine.features.getMany(["shopper:visitor:dan"])).size).toBe(0)
    for await (const batch of engine.log.replay()) {
      for (const { event } of batch) expect(event.visitor_id).not.toBe("dan")
    }
  })

  it("tells an order nothing of a browser that was erased", async () => {
    const order = async (visitor: string) => {
      await engine.ingest.submitFacts([
        { type: "purchase", visitor_id: visitor, consent: CONSENT, items: [{ product_id: "mugs-1" }] },
      ])
      let device: string | undefined
      for await (const batch of engine.log.replay())
        for (const { event } of batch)
          if (event.visitor_id === visitor && event.type === "purchase") device = event.context.device
      return device
    }
    for (const visitor of ["jim", "jil"])
      await engine.ingest.submit(
        { events: [view(visitor, `${visitor}-s`, "mugs-1", Date.now())] },
        { origin: "browser", context: { device: "mobile" } }
      )
    await engine.erase({ visitorId: "jil" })
    expect(await order("jim")).toBe("mobile")
    expect(await order("jil")).toBeUndefined()
  })

  it("keeps a withdrawal through a later grant and a restart", async () => {
    const say = async (consent: object) => {
      const update = {
        type: "consent_update",
        ts: Date.now(),
        visitor_id: "gil",
        session_id: "gil-s",
        consent,
      }
      await engine.ingest.submit({ events: [update] }, { origin: "browser" })
    }
    await look("gil", "lamps-1")
    await say(NO_CONSENT)
    expect((await engine.features.getMany(["shopper:visitor:gil", "session:gil-s"])).size).toBe(0)
    await say(CONSENT)
    await look("gil", "mugs-1")
    const store = new MemoryFeatureStore()
    const updater = new FeatureUpdater({ store, catalog: engine.catalog })
    const restarted = new FeaturePipeline({ log: engine.log, updater })
    await restarted.start()
    const records = await store.getMany(["shopper:visitor:gil", "session:gil-s"])
    expect(JSON.stringify([...records])).toContain("mugs-1")
    expect(JSON.stringify([...records])).not.toContain("lamps-1")
    await restarted.stop()
  })

  it("erases what still waits to be written: events, sessions, exposures", async () => {
    const request = await engine.recommender.recommend({
      placement: "trending",
      visitorId: "hal",
      sessionId: "hal-s",
      consent: CONSENT,
      context: { now: Date.now(), salesChannelIds: ["web"] },
    })
    await look("hal", "lamps-2")
    const event = view("hal", "hal-s", "lamps-3", Date.now())
    const pending = engine.ingest.submit({ events: [event] }, { origin: "server" })
    while (engine.ingest.queueDepth === 0) await Promise.resolve()
    await engine.erase({ visitorId: "hal" })
    await pending
    expect((await engine.features.getMany(["shopper:visitor:hal", "session:hal-s"])).size).toBe(0)
    for await (const batch of engine.log.replay())
      for (const { event } of batch) expect(event.visitor_id).not.toBe("hal")
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await engine.exposures.get(request.request_id)).toBeUndefined()
  })

  it("goes back to the version before, in one call", async () => {
    const first = engine.models.version
    await look("eve", ...Array.from({ length: 12 }, (_, n) => `lamps-${n}`))
    engine.training.start()
    await engine.training.idle()
    // So little is new that it stays a candidate.
    expect(engine.training.list()[0]).toMatchObject({ promoted: false, status: "succeeded" })
    await engine.models.promote(engine.training.list()[0].version!)
    expect(engine.models.version).not.toBe(first)
    await engine.models.rollback()
    expect(engine.models.version).toBe(first)
  })

  it("shows only what the sales channel sells and what is in stock", async () => {
    await engine.catalog.upsert([
      { ...product("mugs", 5), inStock: false },
      { ...product("mugs", 6), salesChannelIds: [] },
    ])
    const ids = await list("pdp-similar", "flo", { productIds: ["mugs-4"], limit: 40 })
    expect(ids).not.toContain("mugs-5")
    expect(ids).not.toContain("mugs-6")
  })
})

it("opens before the features are rebuilt, and says so", async () => {
  const engine = compose(resolveOptions({ retrieval: { index: "exact" } }), { logger: silentLogger })
  await engine.catalog.upsert([product("mugs", 1), product("mugs", 2)])
  await engine.log.append([
    shopEvent({ visitor_id: "ann", session_id: "s", items: [{ product_id: "mugs-1" }] }),
  ])
  const replay = engine.log.replay.bind(engine.log)
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  engine.log.replay = async function* (range) {
    yield* replay({ ...range, since: undefined })
    await held
  }
  await engine.start()
  const features = async () => (await healthOf(engine, true)).checks.find(({ name }) => name === "features")
  const recent = async () => {
    const { items } = await engine.recommender.recommend({
      placement: "recently-viewed",
      visitorId: "ann",
      sessionId: "s",
      consent: CONSENT,
      context: { now: Date.now(), salesChannelIds: ["web"] },
    })
    return items.filter(({ reason }) => reason.code === "recently_viewed").map(({ product_id }) => product_id)
  }
  await eventually(async () => expect((await engine.features.getMany(["shopper:visitor:ann"])).size).toBe(1))
  expect(await features()).toEqual({ name: "features", ok: false })
  expect(await recent()).toEqual([])
  release()
  await engine.featuresCaughtUp()
  expect(await features()).toEqual({ name: "features", ok: true })
  expect(await recent()).toEqual(["mugs-1"])
  await engine.stop()
})
