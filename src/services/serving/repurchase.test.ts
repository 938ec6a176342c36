import { MemoryFeatureStore } from "../../adapters/memory"
import { ManualClock, noMetrics, silentLogger } from "../lib"
import type { Consent } from "../privacy"
import { FeatureUpdater } from "../features"
import { MODELS, type TrainingData } from "../models"
import { dueAfterDays } from "../retrieval"
import { product, TestCatalog } from "../testing/planted-shop"
import { shopEvent } from "../testing/events"
import { PLACEMENTS } from "./placements"
import { Recommender } from "./recommender"

const DAY = 86_400_000
const NOW = Date.UTC(2026, 5, 1)
const CONSENT: Consent = {
  analytics: true,
  personalization: true,
  experimentation: false,
  model_training: true,
}

/** Forty shoppers who buy coffee every 30 days, and a lamp once. */
function history(): TrainingData {
  const rows = Array.from({ length: 40 }, (_, user) =>
    [0, 1, 2, 3]
      .map((n) => ({ user, item: 0, day: n * 30 + (user % 5) }))
      .concat({ user, item: 1, day: user % 7 })
  ).flat()
  const item = Int32Array.from(rows, (row) => row.item)
  return {
    interactions: {
      itemIds: ["coffee", "lamp"],
      userIds: Array.from({ length: 40 }, (_, i) => `customer:${i}`),
      item,
      user: Int32Array.from(rows, (row) => row.user),
      session: Int32Array.from(rows.keys()),
      ts: Float64Array.from(rows, ({ day }) => day * 86_400),
      kind: new Uint8Array(rows.length).fill(2),
      sessionStart: Int32Array.from({ length: rows.length + 1 }, (_, i) => i),
    },
    baskets: { start: Int32Array.of(0), item: new Int32Array(), ts: new Float64Array() },
    products: [],
    asOf: 120 * DAY,
  }
}

async function setUp(
  boughtDaysAgo: Record<string, number>,
  metadata: Record<string, Record<string, unknown>> = {}
) {
  const model = MODELS.find(({ name }) => name === "buy-again")!.create()
  await model.fit(history(), { seed: 1, logger: silentLogger, progress() {}, checkCancelled() {} })
  const all = ["coffee", "lamp", "soap", ...Array.from({ length: 20 }, (_, i) => `other${i}`)]
  const catalog = new TestCatalog(all.map((id) => product(id, "a", { metadata: metadata[id] })))
  const features = new MemoryFeatureStore()
  const updater = new FeatureUpdater({ store: features, catalog })
  for (const [id, days] of Object.entries(boughtDaysAgo)) {
    const bought = { ts: NOW - days * DAY, visitor_id: "v", consent: CONSENT, items: [{ product_id: id }] }
    for (const type of ["view_item", "purchase"])
      await updater.apply([{ event: shopEvent({ ...bought, type }) }])
  }
  const recommender = new Recommender({
    catalog,
    features,
    models: {
      version: "v1",
      ask: (name, query, k) =>
        name === "buy-again" ? model.recommend(query, k) : all.map((id, i) => ({ id, score: 100 - i })),
      repeatDays: (id) => model.repeatDays?.(id),
    },
    content: { view: () => ({ nearest: () => [], vectorOf: () => undefined }) },
    shelves: { newest: () => all, inCategory: () => all },
    placements: { get: (name) => PLACEMENTS.find((one) => one.name === name), names: () => [] },
    exposures: { write: () => {} },
    clock: new ManualClock(NOW),
    metrics: noMetrics,
    logger: silentLogger,
    options: { deadlineMs: 5_000, maxLimit: 50, candidates: 100 },
  })
  return async (placement: string, limit = 50) => {
    const context = { now: NOW, salesChannelIds: ["web"] }
    const asked = { placement, visitorId: "v", consent: CONSENT, context, limit, productIds: ["other19"] }
    const { items } = await recommender.recommend({ ...asked, cartProductIds: ["other19"] })
    return items
  }
}

/** Recently-viewed tells what was; a listing is the shop's own choice. */
const RECOMMENDING = PLACEMENTS.filter(
  ({ name, requires }) => name !== "recently-viewed" && requires !== "product_ids"
).map(({ name }) => name)

describe("what the shopper has bought", () => {
  it.each(RECOMMENDING)(
    "is not recommended again in %s, however long ago, unless it is due",
    async (placement) => {
      const list = await setUp({ lamp: 300, coffee: 10 })
      const ids = (await list(placement)).map(({ product_id }) => product_id)
      expect(ids).not.toContain("lamp")
      expect(ids).not.toContain("coffee")
      expect(ids.length).toBeGreaterThan(10)
    }
  )

  it("is offered again once the orders of the shop say it is due, and the reason is true", async () => {
    const list = await setUp({ lamp: 300, coffee: 28 })
    expect((await list("buy-again")).map(({ product_id, reason }) => [product_id, reason])).toEqual([
      ["coffee", { code: "buy_again", text: "You bought this before" }],
    ])
    expect((await list("home-for-you")).map(({ product_id }) => product_id)).toContain("coffee")
  })

  it("is due when the merchant says so, whatever the orders say", async () => {
    const metadata = { soap: { replenishment_days: 14 }, coffee: { consumable: false } }
    const due = await setUp({ soap: 15, coffee: 28 }, metadata)
    expect((await due("buy-again")).map(({ product_id }) => product_id)).toEqual(["soap"])
    const early = await setUp({ soap: 13 }, metadata)
    const ids = (await early("buy-again")).map(({ product_id }) => product_id)
    expect(ids).not.toContain("soap")
  })
})

it("knows a product's interval from the merchant, then from the orders, and else from nobody", () => {
  expect(dueAfterDays({ metadata: { replenishment_days: "21", consumable: true } }, 60)).toBe(21)
  expect(dueAfterDays({ metadata: { consumable: false } }, 60)).toBeUndefined()
  expect(dueAfterDays({}, 60)).toBe(48)
  expect(dueAfterDays({ metadata: { consumable: true } }, undefined)).toBe(24)
  expect(dueAfterDays({ metadata: { replenishment_days: "often" } }, undefined)).toBeUndefined()
  expect(dueAfterDays({}, undefined)).toBeUndefined()
})
