import { MemoryPlacementStore, MemoryFeatureStore } from "../../adapters/memory"
import { ManualClock, noMetrics, Random, silentLogger } from "../lib"
import type { Consent } from "../privacy"
import type { RerankSetting } from "../ranking"
import { product, TestCatalog } from "../testing/planted-shop"
import { PlacementBook, placementSchema } from "./placement-book"
import type { Placement } from "./placement"
import type { Exposure } from "./recommendation"
import { Recommender } from "./recommender"

const NOW = Date.UTC(2026, 5, 1, 12)
const CONSENT: Consent = {
  analytics: true,
  personalization: true,
  experimentation: true,
  model_training: true,
}

const placement = (rerank: Record<string, RerankSetting>): Placement => ({
  name: "explored",
  title: "For you",
  sources: { popularity: 1 },
  fallback: [],
  filters: { inStock: true, notInCart: true, notSeeds: true, notBoughtDays: 0 },
  rerank,
  limit: 6,
})

function setUp(rerank: Record<string, RerankSetting>) {
  const products = Array.from({ length: 30 }, (_, i) => product(`p${i}`, "a", { inStock: i !== 20 }))
  const written: Exposure[] = []
  const named = placement(rerank)
  const recommender = new Recommender({
    catalog: new TestCatalog(products),
    features: new MemoryFeatureStore(),
    models: {
      version: "v1",
      repeatDays: () => undefined,
      ask: (model) => (model === "popularity" ? products.map(({ id }, i) => ({ id, score: 100 - i })) : []),
    },
    content: { view: () => ({ nearest: () => [], vectorOf: () => undefined }) },
    shelves: { newest: () => [], inCategory: () => [] },
    placements: { get: () => named, names: () => [named.name] },
    exposures: { write: (exposure) => void written.push(exposure) },
    tallies: { of: (id) => ({ shown: Number(id.slice(1)) < 15 ? 50 : 0, clicked: 0 }) },
    random: new Random(3),
    clock: new ManualClock(NOW),
    metrics: noMetrics,
    logger: silentLogger,
    options: { deadlineMs: 5_000, maxLimit: 50, candidates: 100 },
  })
  const ask = async (consent: Consent) => {
    const context = { now: NOW, salesChannelIds: ["web"] }
    const answer = await recommender.recommend({ placement: "explored", visitorId: "v", consent, context })
    return { items: answer.items, slots: written.at(-1)!.slots }
  }
  return { ask }
}

describe("a placement that explores", () => {
  it("draws slots from what was shown least and may be shown, says so, and records the chance of every slot", async () => {
    const { ask } = setUp({ "epsilon-greedy": { epsilon: 0.5, pool: 10 } })
    let drawn = 0
    for (let round = 0; round < 30; round++) {
      const { items, slots } = await ask(CONSENT)
      expect(items).toHaveLength(6)
      items.forEach(({ product_id, reason }, slot) => {
        const number = Number(product_id.slice(1))
        expect(slots[slot].productId).toBe(product_id)
        expect(slots[slot].propensity).toBeLessThan(1)
        if (number < 6) return
        drawn++
        expect(number).toBeGreaterThanOrEqual(15)
        expect(number).not.toBe(20)
        expect(slots[slot].propensity).toBeCloseTo(0.5 / 10, 12)
        expect(reason).toEqual({ code: "explored", text: "Shown to find out who likes it" })
      })
    }
    expect(drawn).toBeGreaterThan(30)
  })

  it("tries nothing on a shopper who has not agreed to experiments", async () => {
    const { ask } = setUp({ "epsilon-greedy": 0.5 })
    for (let round = 0; round < 10; round++) {
      const { items, slots } = await ask({ ...CONSENT, experimentation: false })
      expect(items.map(({ product_id }) => product_id)).toEqual(["p0", "p1", "p2", "p3", "p4", "p5"])
      expect(slots.every(({ propensity }) => propensity === 1)).toBe(true)
    }
  })

  it("explores behind whatever else chooses the list", async () => {
    const { ask } = setUp({ thompson: 2, dpp: 0.9 })
    const { items, slots } = await ask(CONSENT)
    expect(items).toHaveLength(6)
    expect(slots.slice(0, 4).every(({ propensity }) => propensity === 1)).toBe(true)
    for (const { propensity } of slots.slice(4)) expect(propensity).toBeLessThan(1)
  })
})

describe("the settings of re-rankers", () => {
  const problems = (rerank: unknown) =>
    placementSchema
      .safeParse({ ...placement({}), rerank })
      .error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`) ?? []

  it("are a number or several by name, each re-ranker's own", () => {
    expect(problems({ mmr: 0.5, serendipity: 0.2, "epsilon-greedy": { epsilon: 0.1, keep: 3 } })).toEqual([])
    expect(problems({ dpp: 0.8, thompson: 2 })).toEqual([])
    expect(problems({ mmr: 2 })[0]).toMatch(/^rerank\.mmr /)
    expect(problems({ mmr: { lambda: 1 } })[0]).toMatch(/^rerank\.mmr /)
    expect(problems({ "epsilon-greedy": { epsilon: 0.9 } })[0]).toMatch(/^rerank\.epsilon-greedy/)
    expect(problems({ shuffle: 1 })[0]).toMatch(/shuffle/)
  })

  it("name one re-ranker that draws slots, not two", () => {
    expect(problems({ "epsilon-greedy": 0.1, thompson: 1 })).toEqual([
      "rerank.thompson epsilon-greedy and thompson cannot both draw slots: name one of them",
    ])
  })

  it("come out of the store as they went in", async () => {
    const store = new MemoryPlacementStore()
    await store.put(placement({ "epsilon-greedy": { epsilon: 0.1, pool: 5 }, mmr: 0.5 }))
    const book = new PlacementBook({ store, metrics: noMetrics, logger: silentLogger })
    await book.refresh()
    expect(book.get("explored")?.rerank).toEqual({ "epsilon-greedy": { epsilon: 0.1, pool: 5 }, mmr: 0.5 })
  })
})
