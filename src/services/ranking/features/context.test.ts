import { NOBODY, type Demand, type SituationDemand } from "../../features"
import { product, TestCatalog } from "../../testing/planted-shop"
import { context } from "./context"

const catalog = new TestCatalog([product("boots", "shoes"), product("cup", "kitchen")])
const CATEGORIES: Readonly<Record<string, string>> = { boots: "shoes", cup: "kitchen" }

/** What is wanted of each product, in weights. */
function demandOf(wanted: Record<string, number>): Demand {
  const sum = (of: (id: string) => boolean) =>
    Object.entries(wanted).reduce((total, [id, weight]) => total + (of(id) ? weight : 0), 0)
  return {
    total: sum(() => true),
    category: (category) => sum((id) => CATEGORIES[id] === category),
    product: (id) => wanted[id] ?? 0,
  }
}

const signalsOf = (id: string, demand: SituationDemand) => {
  const situation = { shopper: NOBODY, context: { now: 0, salesChannelIds: [] }, catalog, seeds: [], demand }
  const number = catalog.cards.numberOf(id)
  const told = context.signals!(situation, number, id)
  const value = context.prepare(situation)!(number, id)
  expect(told.reduce((sum, one) => sum + one.value, 0)).toBeCloseTo(value, 10)
  return Object.fromEntries(told.map((one) => [one.signal, one.value]))
}

describe("the feature context", () => {
  const general = demandOf({ boots: 1_000, cup: 3_000 })
  const france = demandOf({ boots: 800, cup: 400 })

  it("says nothing of a region that wants what its country wants, so that this counts once", () => {
    const brittany = { signal: "region=FR-BRE", demand: demandOf({ boots: 200, cup: 100 }), whole: france }
    const here = [{ signal: "country=FR", demand: france }, brittany]
    const { "country=FR": country, "region=FR-BRE": region = 0 } = signalsOf("boots", { general, here })
    expect(country).toBeGreaterThan(0.2)
    expect(region).toBeCloseTo(0, 10)
  })

  it("lifts what a region wants more than its country, and lowers what it wants less", () => {
    const brittany = { signal: "region=FR-BRE", demand: demandOf({ boots: 100, cup: 300 }), whole: france }
    const here = [{ signal: "country=FR", demand: france }, brittany]
    // As in the whole shop, yet less than elsewhere in France.
    expect(signalsOf("boots", { general, here })["region=FR-BRE"]).toBeLessThan(-0.1)
    expect(signalsOf("cup", { general, here })["region=FR-BRE"]).toBeGreaterThan(0.1)
  })

  it("lifts what is wanted while something is on nearby", () => {
    const here = [{ signal: "event=match", demand: demandOf({ boots: 150, cup: 50 }) }]
    expect(signalsOf("boots", { general, here })["event=match"]).toBeGreaterThan(0.2)
    expect(signalsOf("cup", { general, here })["event=match"]).toBeLessThan(-0.2)
  })

  it("counts several events that are on as one", () => {
    const match = demandOf({ boots: 150, cup: 50 })
    const one = signalsOf("boots", { general, here: [{ signal: "event=match", demand: match }] })
    const here = ["fair", "match"].map((kind) => ({ signal: `event=${kind}`, demand: match }))
    const both = signalsOf("boots", { general, here })
    expect(both["event=match"]).toBeCloseTo(one["event=match"] / 2, 10)
    expect(both["event=fair"]).toBeCloseTo(one["event=match"] / 2, 10)
  })
})
