import { MemoryExposureStore, MemoryItemVectorStore, MemoryPlacementStore } from "../../adapters/memory"
import { ManualClock, noMetrics, silentLogger, type Scored } from "../lib"
import { ruleSchema, RuleSet } from "../ranking"
import { FULL_CONSENT, NO_CONSENT } from "../privacy"
import type { FeatureStore } from "../features"
import { ContentIndex, Shelves } from "../retrieval"
import { embedder, product, TestCatalog, TestIndex } from "../testing/planted-shop"
import { ExposureWriter } from "./exposure-writer"
import { PlacementBook } from "./placement-book"
import type { RankRequest } from "./recommendation"
import { Recommender } from "./recommender"
import type { RecommenderParts } from "./recommender-parts"

const NOW = Date.UTC(2026, 5, 1, 12)

/** A shop of two categories whose shopper's visit is what `session` says; popularity as given, best first. */
async function setUp(changes: Partial<RecommenderParts> & { popular?: string[]; session?: string[] } = {}) {
  const { popular = [], session = [], ...parts } = changes
  const products = ["a", "b"].flatMap((name) => [1, 2, 3, 4].map((i) => product(`${name}${i}`, name)))
  const catalog = new TestCatalog([...products, product("far", "a", { salesChannelIds: ["elsewhere"] })])
  const common = { metrics: noMetrics, logger: silentLogger }
  const models = {
    version: "v1",
    embedder,
    repeatDays: () => undefined,
    ask: (model: string, _: unknown, k: number): Scored[] =>
      model === "popularity" ? popular.map((id, rank) => ({ id, score: 1 / (rank + 1) })).slice(0, k) : [],
  }
  const createIndex = (dimensions: number) => new TestIndex(dimensions)
  const content = new ContentIndex({
    catalog,
    models,
    store: new MemoryItemVectorStore(),
    createIndex,
    ...common,
  })
  await content.sync()
  const shelves = new Shelves({ catalog, models, logger: silentLogger })
  await shelves.refresh()
  const store = new MemoryExposureStore()
  const exposures = new ExposureWriter({ store, ...common })
  const asked: string[] = []
  const features: Pick<FeatureStore, "getMany"> = {
    getMany: async (keys) => {
      asked.push(...keys)
      const state = { session_items: { items: session, ts: NOW } }
      return new Map(keys.filter((key) => key.startsWith("session:")).map((key) => [key, state]))
    },
  }
  const recommender = new Recommender({
    catalog,
    features,
    models,
    content,
    shelves,
    placements: new PlacementBook({ store: new MemoryPlacementStore(), ...common }),
    exposures,
    clock: new ManualClock(NOW),
    options: { deadlineMs: 5_000, maxLimit: 50, candidates: 100 },
    ...common,
    ...parts,
  })
  const rank = (productIds: string[], extra: Partial<RankRequest> = {}) =>
    recommender.rank({
      placement: "listing-rerank",
      productIds,
      visitorId: "v",
      sessionId: "s",
      consent: FULL_CONSENT,
      context: { now: NOW, salesChannelIds: ["web"] },
      ...extra,
    })
  return { recommender, rank, asked, exposures, store }
}

const ids = (list: { items: { product_id: string }[] }) => list.items.map((item) => item.product_id)

describe("Recommender.rank", () => {
  it("keeps the shop's order as long as nothing speaks for another", async () => {
    const { rank } = await setUp()
    const list = await rank(["b3", "a1", "b1", "b3"])
    expect(ids(list)).toEqual(["b3", "a1", "b1"])
    expect(list.items[0].reason).toEqual({ code: "listed", text: "Part of this list" })
    expect(list.placement).toBe("listing-rerank")
  })

  it("brings forward what is like the visit, and says why", async () => {
    const { rank } = await setUp({ session: ["b4"] })
    const list = await rank(["a1", "a2", "b1", "a3", "b2"])
    expect(ids(list).slice(0, 2).sort()).toEqual(["b1", "b2"])
    expect(list.items[0].reason).toEqual({ code: "similar", text: "Similar to The b4", because: "b4" })
    expect(ids(list)).toHaveLength(5)
    const scores = list.items.map(({ score }) => score)
    expect(scores).toEqual([...scores].sort((a, b) => b - a))
  })

  it("orders by popularity alone without consent, and reads no profile", async () => {
    const { rank, asked, exposures } = await setUp({ session: ["b4"], popular: ["a2", "b1"] })
    const list = await rank(["b1", "b2", "a1", "a2"], { consent: NO_CONSENT })
    expect(ids(list)).toEqual(["a2", "b1", "b2", "a1"])
    expect(list.items[0].reason.code).toBe("popular")
    expect(asked.filter((key) => !key.startsWith("global:"))).toEqual([])
    expect(exposures.depth).toBe(0)
  })

  it("leaves what it does not know, or may not show here, at the end in its order", async () => {
    const { rank, store, exposures } = await setUp({ popular: ["far", "a3"] })
    const list = await rank(["gone", "far", "a1", "lost", "a3"])
    expect(ids(list)).toEqual(["a3", "a1", "gone", "far", "lost"])
    expect(list.items.slice(2).map(({ score }) => score)).toEqual([0, 0, 0])
    await exposures.flush()
    const exposure = await store.get(list.request_id)
    expect(exposure?.slots.map(({ productId }) => productId)).toEqual(["a3", "a1"])
    expect(exposure?.slots.map(({ source }) => source)).toEqual(["popularity", "listing"])
    expect(exposure).toMatchObject({ placement: "listing-rerank", visitorId: "v" })
  })

  it("answers with the best of the list when fewer are wanted", async () => {
    const { rank } = await setUp({ popular: ["a3", "a1"] })
    expect(ids(await rank(["gone", "a1", "a2", "a3"], { limit: 2 }))).toEqual(["a3", "a1"])
  })

  it("gives the list back as it is when the ranker breaks, and says so", async () => {
    const rank = () => {
      throw new Error("broken")
    }
    const shop = await setUp({ ranker: { name: "broken", featureNames: () => [], rank } })
    const list = await shop.rank(["b1", "a1"])
    expect(ids(list)).toEqual(["b1", "a1"])
    expect(list.fallback).toBe("error")
  })

  it("hides what a rule hides even when the ranker breaks", async () => {
    const rank = () => {
      throw new Error("broken")
    }
    const hide = ruleSchema.parse({
      ...{ id: "r", name: "Recalled", placements: [], when: {} },
      ...{ what: { products: ["a1"] }, action: { type: "hide" } },
    })
    const ranker = { name: "broken", featureNames: () => [], rank }
    const shop = await setUp({ ranker, rules: new RuleSet([hide]) })
    expect(ids(await shop.rank(["b1", "a1"]))).toEqual(["b1"])
  })

  it("refuses a placement that finds products, as `recommend` refuses one that orders them", async () => {
    const { rank, recommender } = await setUp()
    const about = { placement: "pdp-similar", productIds: ["a1"] }
    await expect(rank(["a1"], about)).rejects.toMatchObject({ fields: [{ path: "placement" }] })
    const context = { now: NOW, salesChannelIds: [] }
    await expect(
      recommender.recommend({ placement: "listing-rerank", consent: NO_CONSENT, context })
    ).rejects.toMatchObject({ fields: [{ path: "placement" }] })
  })
})
