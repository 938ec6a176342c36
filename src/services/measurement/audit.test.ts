import { MemoryAuditStore } from "../../adapters/memory/memory-audit-store"
import { MemoryExposureStore, MemoryFeatureStore } from "../../adapters/memory"
import { ManualClock, noMetrics, silentLogger } from "../lib"
import type { Exposure } from "../serving"
import { product, TestCatalog } from "../testing/planted-shop"
import { auditDay, auditInSteps, auditLists, crossed, trendOf } from "."

const NOW = Date.UTC(2026, 5, 1, 12)
let requests = 0

const exposure = (ids: string[], extra: Partial<Exposure> = {}): Exposure => ({
  requestId: `r${requests++}`,
  ts: NOW - 1_000,
  placement: "home",
  featureNames: [],
  slots: ids.map((productId, i) => ({
    productId,
    score: 1 / (1 + i),
    source: "x",
    propensity: 1,
    features: [],
  })),
  context: { device: "mobile", country: "GB" },
  ...extra,
})

/** Two products of each of five categories; the attention halves from each to the next. */
const products = Array.from({ length: 10 }, (_, i) =>
  product(`p${i}`, `c${i >> 1}`, { metadata: { brand: i < 5 ? "first" : "second" } })
)
const attentionOf = (id: string) => 2 ** (10 - Number(id.slice(1))) - 1

describe("auditLists", () => {
  it("gives the figures of one list by hand", () => {
    const { all } = auditLists({ exposures: [exposure(["p0", "p1", "p4", "p9"])], products, attentionOf })
    const total = 2 ** 11 - 2
    expect(all.lists).toBe(1)
    expect(all.intraListSimilarity).toBeCloseTo(1 / 6, 12)
    expect(all.categoryEntropy).toBeCloseTo(1.5, 12)
    const bits = [10, 9, 6, 1].map((power) => -Math.log2(2 ** power / total))
    expect(all.novelty).toBeCloseTo(bits.reduce((sum, one) => sum + one, 0) / 4, 12)
    // Of four places the four most popular would have two here; the others count by their scores.
    expect(all.serendipity).toBeCloseTo((1 / 3 + 1 / 4) / 4, 12)
    expect(all.coverage).toBe(0.4)
    expect(all.gini).toBeCloseTo(0.6, 12)
    expect(all.brandShare).toBe(0.75)
    expect(all.longTailShare).toBe(0.5)
  })

  it("takes likeness from vectors where there are some, and leaves out what is gone from the catalogue", () => {
    const vectorOf = (id: string) => (id < "p5" ? new Float32Array([1, 0]) : new Float32Array([0.6, 0.8]))
    const shown = [exposure(["p0", "p9", "gone"])]
    const { all } = auditLists({ exposures: shown, products, attentionOf, vectorOf })
    expect(all.intraListSimilarity).toBeCloseTo(0.6, 6)
    expect(auditLists({ exposures: [exposure(["gone"])], products, attentionOf })).toEqual({})
  })

  it("does a little at a time", () => {
    const shown = Array.from({ length: 40 }, () => exposure(["p0", "p9"]))
    // Some lists a step, the products once, and each segment: all, placement, device and country.
    expect([...auditInSteps({ exposures: shown, products, attentionOf })].length).toBeGreaterThanOrEqual(
      8 + 1 + 4
    )
  })

  it("tells segments apart, and new shoppers from returning ones", () => {
    const shopper = { subject: "visitor:v", placement: "pdp" }
    const audit = auditLists({
      exposures: [
        exposure(["p0"], { ...shopper, sessionId: "2", ts: NOW }),
        exposure(["p1"], { ...shopper, sessionId: "1", ts: NOW - 5 }),
        exposure(["p2"], { context: {} }),
      ],
      products,
      attentionOf,
    })
    expect(Object.fromEntries(Object.entries(audit).map(([segment, { lists }]) => [segment, lists]))).toEqual(
      {
        all: 3,
        "placement=pdp": 2,
        "placement=home": 1,
        "device=mobile": 2,
        "country=GB": 2,
        "shopper=new": 1,
        "shopper=returning": 1,
      }
    )
  })
})

describe("auditDay", () => {
  it("keeps a day's figures and warns of each bound that enough lists cross", async () => {
    const exposures = new MemoryExposureStore()
    await exposures.record([exposure(["p9"], { ts: NOW - 2 * 86_400_000 })])
    await exposures.record(Array.from({ length: 120 }, () => exposure(["p0"])))
    const store = new MemoryAuditStore()
    const warned: string[] = []
    const counted: unknown[] = []
    const report = await auditDay({
      exposures,
      catalog: new TestCatalog(products),
      features: new MemoryFeatureStore(),
      store,
      clock: new ManualClock(NOW),
      metrics: { ...noMetrics, count: (...said) => void counted.push(said) },
      logger: { ...silentLogger, warn: (text) => void warned.push(text) },
      bounds: { coverage: { min: 0.5 }, novelty: { min: 0 } },
    })
    expect(report.audit.all).toMatchObject({ lists: 120, coverage: 0.1 })
    expect(report.alerts).toContainEqual({
      segment: "all",
      figure: "coverage",
      value: 0.1,
      min: 0.5,
      max: undefined,
    })
    expect(warned).toHaveLength(report.alerts.length)
    expect(counted[0]).toEqual(["audit_alerts_total", { figure: "coverage" }])
    expect((await store.list(5)).map(({ day }) => day)).toEqual(["2026-06-01"])
    expect(
      crossed(auditLists({ exposures: [exposure(["p0"])], products, attentionOf }), { gini: { max: 0 } })
    ).toEqual([])
  })
})

it("says how the newest day differs from the week before it", () => {
  const { all } = auditLists({ exposures: [exposure(["p0", "p1"])], products, attentionOf })
  const day = (coverage: number) => ({ audit: { all: { ...all, coverage } } })
  expect(trendOf([day(0.5)])).toEqual({})
  expect(trendOf([])).toEqual({})
  const trend = trendOf([
    day(0.5),
    day(0.2),
    { audit: {} },
    day(0.4),
    ...Array.from({ length: 5 }, () => day(0.3)),
    day(9),
  ])
  expect(trend.coverage).toBeCloseTo(0.5 - 0.3, 12)
  expect(trend.gini).toBeCloseTo(0, 12)
})
