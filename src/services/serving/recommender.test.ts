import {
  MemoryEventLog,
  MemoryExposureStore,
  MemoryFeatureStore,
  MemoryItemVectorStore,
  MemoryPlacementStore,
} from "../../adapters/memory"
import { ManualClock, noMetrics, silentLogger, type Labels, type Scored } from "../lib"
import { NO_CONSENT, type Consent } from "../privacy"
import type { ShopEvent } from "../events"
import { FeaturePipeline, FeatureUpdater, type FeatureStore, type Product } from "../features"
import type { ModelQuery } from "../models"
import { ContentIndex, Shelves, SOURCES, type CandidateSource } from "../retrieval"
import { RANK_FEATURES } from "../ranking"
import { embedder, product, TestCatalog, TestIndex } from "../testing/planted-shop"
import { ExposureWriter } from "./exposure-writer"
import { PlacementBook } from "./placement-book"
import { PLACEMENTS } from "./placements"
import { REASONS } from "./reasons"
import type { RecommendationRequest } from "./recommendation"
import { Recommender } from "./recommender"
import type { RecommenderParts } from "./recommender-parts"

const NOW = Date.UTC(2026, 5, 1, 12)
const ALL: Consent = { analytics: true, personalization: true, experimentation: true, model_training: true }
const CATEGORIES = ["a", "b", "c"]

/** Three categories of twenty products each. */
const planted = () =>
  CATEGORIES.flatMap((category) =>
    Array.from({ length: 20 }, (_, i) => product(`${category}${i}`, category, { createdAt: i }))
  )

type Ask = (model: string, query: ModelQuery) => Scored[]

interface Changes extends Partial<RecommenderParts> {
  products?: Product[]
  trained?: boolean
  asks?: Ask
}

async function setUp({ products = planted(), trained = true, asks = () => [], ...parts }: Changes = {}) {
  const catalog = new TestCatalog(products)
  const log = new MemoryEventLog()
  const features = new MemoryFeatureStore()
  const pipeline = new FeaturePipeline({ log, updater: new FeatureUpdater({ store: features, catalog }) })
  await pipeline.start()
  const asked: [string, ModelQuery][] = []
  const models = {
    version: trained ? "v1" : undefined,
    embedder: trained ? embedder : undefined,
    repeatDays: () => undefined,
    ask: (model: string, query: ModelQuery, k: number) => {
      asked.push([model, query])
      return asks(model, query).slice(0, k)
    },
  }
  const counted: [string, Labels | undefined][] = []
  const metrics = {
    ...noMetrics,
    count: (name: string, labels?: Labels) => void counted.push([name, labels]),
  }
  const common = { metrics, logger: silentLogger }
  const store = new MemoryItemVectorStore()
  const createIndex = (dimensions: number) => new TestIndex(dimensions)
  const content = new ContentIndex({ catalog, models, store, createIndex, ...common })
  await content.sync()
  const shelves = new Shelves({ catalog, models, logger: silentLogger })
  await shelves.refresh()
  const exposureStore = new MemoryExposureStore()
  const exposures = new ExposureWriter({ store: exposureStore, ...common })
  const placements = new PlacementBook({ store: new MemoryPlacementStore(), ...common })
  const getMany = jest.spyOn(features, "getMany")
  const recommender = new Recommender({
    catalog,
    features,
    models,
    content,
    shelves,
    placements,
    exposures,
    clock: new ManualClock(NOW),
    options: { deadlineMs: 5_000, maxLimit: 50, candidates: 100 },
    ...common,
    ...parts,
  })
  let events = 0
  const happen = async (type: string, ids: string[], extra: Partial<ShopEvent> = {}) => {
    await log.append(
      ids.map((id) => ({
        event_id: `event-${events}`,
        type,
        ts: NOW - 60_000 + events++,
        visitor_id: "v",
        session_id: "s",
        consent: ALL,
        context: {},
        items: [{ product_id: id }],
        ...extra,
      }))
    )
    await pipeline.caughtUp()
    getMany.mockClear()
  }
  return { recommender, catalog, happen, asked, counted, exposures, exposureStore, getMany }
}

function request(placement: string, extra: Partial<RecommendationRequest> = {}): RecommendationRequest {
  const context = { now: NOW, salesChannelIds: ["web"] }
  return { placement, visitorId: "v", sessionId: "s", consent: ALL, context, ...extra }
}

const ids = (list: { items: { product_id: string }[] }) => list.items.map((item) => item.product_id)
const shareOf = (category: string, list: string[]) =>
  list.filter((id) => id.startsWith(category)).length / list.length

/** Those that find products; the others order what is given. */
const FINDING = PLACEMENTS.filter(({ requires }) => requires !== "product_ids").map(({ name }) => name)

describe("Recommender", () => {
  it("turns home-for-you to the category of three views by the next request", async () => {
    const { recommender, happen } = await setUp()
    const before = ids(await recommender.recommend(request("home-for-you")))
    await happen("view_item", ["b1", "b2", "b3"])
    const after = ids(await recommender.recommend(request("home-for-you")))
    expect(before).toHaveLength(12)
    expect(shareOf("b", before)).toBeLessThan(0.5)
    expect(shareOf("b", after)).toBeGreaterThan(0.5)
  })

  it("lets a product fall that was shown again and again in vain, and brings it back when it is clicked", async () => {
    const popular: Ask = (model) =>
      model === "popularity" ? planted().map(({ id }, i) => ({ id, score: 100 - i })) : []
    const { recommender, happen } = await setUp({ asks: popular })
    const list = async () => ids(await recommender.recommend(request("home-for-you", { limit: 20 })))
    const [best] = await list()
    for (let time = 0; time < 12; time++)
      await happen("rec_impression", [best], { placement: "home-for-you" })
    const fallen = (await list()).indexOf(best)
    expect(fallen).not.toBe(0)
    await happen("select_item", [best], { placement: "home-for-you" })
    const risen = (await list()).indexOf(best)
    expect(risen).toBeGreaterThanOrEqual(0)
    expect(fallen < 0 || risen < fallen).toBe(true)
  })

  it("turns pdp-similar after the visit too, without leaving its product", async () => {
    const neighbours: Ask = (model, { session = [] }) =>
      model === "vmis-knn" && session.includes("a3") ? ["a17", "a18"].map((id) => ({ id, score: 1 })) : []
    const { recommender, happen } = await setUp({ asks: neighbours })
    const asks = request("pdp-similar", { productIds: ["a5"], limit: 4 })
    const before = ids(await recommender.recommend(asks))
    await happen("view_item", ["a1", "a2", "a3"])
    const after = ids(await recommender.recommend(asks))
    expect(shareOf("a", before)).toBe(1)
    expect(shareOf("a", after)).toBe(1)
    expect(before).not.toContain("a17")
    expect(after.slice(0, 2).sort()).toEqual(["a17", "a18"])
    expect(after).not.toContain("a5")
  })

  it("asks the models aside where it only rehearses, so that no version in shadow is judged by it", async () => {
    const aside: string[] = []
    const models = {
      version: "v1",
      repeatDays: () => undefined,
      ask: (): never => {
        throw new Error("a version in shadow hears of it")
      },
      aside: () => ({
        version: "v1",
        repeatDays: () => undefined,
        ask: (model: string) => {
          aside.push(model)
          return [{ id: "b1", score: 1 }]
        },
      }),
    }
    const { recommender } = await setUp({ models })
    const { items } = await recommender.rehearse(request("home-for-you"))
    expect(aside).toContain("popularity")
    expect(items.map(({ product_id }) => product_id)).toContain("b1")
  })

  it("reads no profile without consent, and stores what that consent allows", async () => {
    const { recommender, happen, getMany, exposures, exposureStore } = await setUp()
    await happen("view_item", ["b1", "b2", "b3"])
    const stranger = ids(
      await recommender.recommend(request("home-for-you", { visitorId: "w", sessionId: "t" }))
    )
    const write = jest.spyOn(exposures, "write")
    getMany.mockClear()

    const refused = await recommender.recommend(request("home-for-you", { consent: NO_CONSENT }))
    expect(ids(refused)).toEqual(stranger)
    expect(getMany.mock.calls).toEqual([[["global:all"]]])
    expect(write).not.toHaveBeenCalled()

    const counted = await recommender.recommend(
      request("home-for-you", { customerId: "cus", consent: { ...ALL, personalization: false } })
    )
    await exposures.flush()
    const exposure = await exposureStore.get(counted.request_id)
    expect(JSON.stringify(exposure)).not.toMatch(/"(v|s)"|cus/)
    expect(exposure).not.toHaveProperty("visitorId")
    expect(exposure).not.toHaveProperty("subject")
  })

  it("records the exposure with the very features that ranked it", async () => {
    const { recommender, happen, exposures, exposureStore } = await setUp()
    await happen("view_item", ["b1", "b2"])
    const list = await recommender.recommend(request("home-for-you", { customerId: "cus", limit: 3 }))
    await exposures.flush()
    const exposure = (await exposureStore.get(list.request_id))!
    expect(exposure).toMatchObject({
      subject: "customer:cus",
      visitorId: "v",
      sessionId: "s",
      modelVersion: "v1",
    })
    expect(exposure.slots.map(({ productId }) => productId)).toEqual(ids(list))
    const weights = PLACEMENTS.find(({ name }) => name === "home-for-you")!.sources
    expect(exposure.featureNames).toEqual([
      ...Object.keys(weights),
      ...RANK_FEATURES.map(({ name }) => name),
      "blend",
    ])
    for (const { features } of exposure.slots) expect(features).toHaveLength(exposure.featureNames.length)
    expect(list.request_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  })

  it("shows nothing that may not be shown", async () => {
    const products = [
      product("fine", "a"),
      product("draft", "a", { status: "draft" }),
      product("elsewhere", "a", { salesChannelIds: ["b2b"] }),
      product("sold-out", "a", { inStock: false }),
      ...["carted", "bought", "disliked", "excluded"].map((id) => product(id, "a")),
    ]
    const everything: Ask = (model) =>
      model === "popularity" ? products.map(({ id }) => ({ id, score: 1 })) : []
    const { recommender, happen } = await setUp({ products, asks: everything })
    await happen("purchase", ["bought"])
    await happen("dislike", ["disliked"])
    const extra = { cartProductIds: ["carted"], exclude: ["excluded"] }
    const list = await recommender.recommend(request("home-for-you", extra))
    expect(list.items).toMatchObject([{ product_id: "fine", variant_id: "fine-variant" }])
  })

  it("gives true reasons", async () => {
    const pairs: Ask = (model, { seeds = [] }) =>
      model === "bought-together" && seeds[0] === "a1"
        ? [{ id: "c1", score: 9 }]
        : model === "bought-together" && seeds[0] === "b1"
          ? [
              { id: "c2", score: 5 },
              { id: "c1", score: 2 },
            ]
          : []
    const { recommender, happen } = await setUp({ asks: pairs })
    const cart = await recommender.recommend(
      request("cart-complete", { cartProductIds: ["a1", "b1"], limit: 2 })
    )
    expect(cart.items.map((item) => [item.product_id, item.reason])).toEqual([
      ["c1", { code: "bought_together", text: "Often bought together with The a1", because: "a1" }],
      ["c2", { code: "bought_together", text: "Often bought together with The b1", because: "b1" }],
    ])
    const similar = await recommender.recommend(request("pdp-similar", { productIds: ["b4"], limit: 1 }))
    expect(similar.items[0].reason).toEqual({ code: "similar", text: "Similar to The b4", because: "b4" })

    await happen("view_item", ["c7"])
    const recent = await recommender.recommend(request("recently-viewed"))
    expect(ids(recent)).toEqual(["c7"])
    expect(recent.items[0].reason).toEqual({ code: "recently_viewed", text: "You viewed this recently" })
    expect(recent).not.toHaveProperty("fallback")
  })

  it("answers a page by one read, with no product twice", async () => {
    const { recommender, happen, getMany } = await setUp()
    await happen("view_item", ["b1", "b2", "b3"])
    const page = await recommender.recommendPage([
      request("pdp-similar", { productIds: ["b1"] }),
      request("home-for-you"),
      request("trending"),
      request("new-arrivals", { limit: 50 }),
    ])
    const shown = page.flatMap(ids)
    expect(page.map((list) => list.items.length)).toEqual([12, 12, 12, 60 - 36])
    expect(new Set(shown).size).toBe(shown.length)
    expect(getMany).toHaveBeenCalledTimes(1)
  })
})

it("has a text for each reason that a source may give", () => {
  const silent = SOURCES.filter((source) => !REASONS[source.reason] && !source.reasonText)
  expect(silent.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([])
})

describe("Recommender, when things are missing", () => {
  it("gives an untrained shop what is looked at now, and a new one its newest products", async () => {
    const { recommender, happen } = await setUp({ trained: false })
    const fresh = await recommender.recommend(request("trending", { limit: 2 }))
    expect(fresh).toMatchObject({ title: "New in", fallback: "no_candidates" })
    expect(ids(fresh)).toEqual(["a19", "b19"])
    expect(fresh.items[0].reason).toEqual({ code: "new", text: "New in this shop" })
    await happen("view_item", ["c3"], { visitor_id: "other", session_id: "o" })
    const moved = await recommender.recommend(request("trending", { limit: 2 }))
    expect(ids(moved)).toEqual(["c3", "a19"])
    expect(moved.items[0].reason.code).toBe("trending")
    expect(moved).toMatchObject({ title: "Trending now", fallback: "too_few" })
  })

  it.each(FINDING)("gives an empty shop an empty list: %s", async (name) => {
    const { recommender, counted } = await setUp({ products: [], trained: false })
    const list = await recommender.recommend(request(name, { productIds: ["gone"], cartProductIds: [] }))
    expect(list.items).toEqual([])
    expect(counted).toContainEqual(["fallback_total", { placement: name, reason: "nothing_to_show" }])
  })

  it.each(FINDING)("gives a stranger with an unknown product a list: %s", async (name) => {
    const { recommender } = await setUp()
    const list = await recommender.recommend(
      request(name, { productIds: ["gone"], cartProductIds: ["lost"] })
    )
    expect(list.items.length).toBeGreaterThan(3)
    for (const item of list.items) expect(item.reason).not.toHaveProperty("because")
  })

  it("names what is wrong with a request", async () => {
    const { recommender } = await setUp()
    await expect(recommender.recommend(request("nowhere"))).rejects.toMatchObject({
      code: "invalid_input",
      fields: [{ path: "placement" }],
      message: expect.stringContaining("home-for-you, pdp-similar"),
    })
    await expect(recommender.recommend(request("pdp-similar"))).rejects.toMatchObject({
      fields: [{ path: "product_id" }],
    })
    await expect(
      recommender.recommendPage([request("trending"), request("cart-complete")])
    ).rejects.toMatchObject({ fields: [{ path: "placements.1.cart_id" }] })
  })
})

describe("Recommender, when things fail", () => {
  const broken = (name: string, retrieve: CandidateSource["retrieve"]) =>
    SOURCES.map((source) => (source.name === name ? { ...source, retrieve, budgetMs: 5 } : source))

  it("goes on without a source that hangs", async () => {
    const { recommender, counted } = await setUp({
      sources: broken("content-similar", () => new Promise(() => {})),
    })
    const list = await recommender.recommend(request("pdp-similar", { productIds: ["b4"] }))
    expect(shareOf("b", ids(list))).toBe(1)
    expect(list).toMatchObject({ fallback: "no_candidates", title: "More of this kind" })
    expect(list.items[0].reason).toEqual({ code: "category", text: "From B" })
    expect(counted).toContainEqual(["source_failures_total", { source: "content-similar", reason: "late" }])
  })

  it.each([
    ["features_failed", () => Promise.reject(new Error("down"))],
    ["features_late", () => new Promise(() => {})],
  ])("goes on without the profile: %s", async (fallback, getMany) => {
    const features = { getMany } as unknown as FeatureStore
    const options = { deadlineMs: 30, maxLimit: 50, candidates: 100 }
    const { recommender, counted } = await setUp({ features, options })
    const list = await recommender.recommend(request("new-arrivals"))
    expect(list.items).toHaveLength(12)
    expect(list.fallback).toBe(fallback)
    expect(counted.map(([name]) => name)).toContain("profile_failures_total")
  })

  it("answers with popular products when the deadline is over before it began", async () => {
    const options = { deadlineMs: 0, maxLimit: 50, candidates: 100 }
    const features = { getMany: async () => new Map() } as unknown as FeatureStore
    const asks: Ask = (model) => (model === "popularity" ? [{ id: "a7", score: 1 }] : [])
    const { recommender, counted } = await setUp({ options, features, asks })
    const list = await recommender.recommend(request("pdp-similar", { productIds: ["a1"], limit: 2 }))
    expect(ids(list)).toEqual(["a7", "a19"])
    expect(counted).toContainEqual(["fallback_total", { placement: "pdp-similar", reason: "deadline" }])
  })

  it("answers without a ranker that throws", async () => {
    const ranker = {
      name: "broken",
      featureNames: () => [],
      rank: () => {
        throw new Error("bug")
      },
    }
    const { recommender } = await setUp({ ranker })
    const list = await recommender.recommend(request("home-for-you", { limit: 3 }))
    expect(ids(list)).toEqual(["a19", "b19", "c19"])
    expect(list.fallback).toBe("error")
  })

  it("answers without a source whose answer breaks the blend", async () => {
    const sources = broken("content-similar", () => [null] as never)
    const { recommender } = await setUp({ sources })
    const list = await recommender.recommend(request("pdp-similar", { productIds: ["a1"], limit: 2 }))
    expect(ids(list)).toEqual(["a19", "a18"])
    expect(list.fallback).toBe("error")
  })
})
