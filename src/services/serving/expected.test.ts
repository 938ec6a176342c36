import { MemoryExposureStore, MemoryFeatureStore } from "../../adapters/memory"
import { FeatureUpdater } from "../features"
import { ManualClock } from "../lib"
import { FULL_CONSENT } from "../privacy"
import { CandidatePools } from "../retrieval"
import { shopEvent } from "../testing/events"
import { TestCatalog } from "../testing/planted-shop"
import { expectShoppers } from "./expected"
import type { Exposure } from "./recommendation"

const NOW = Date.UTC(2026, 5, 1)
const LARGE = 10_001

const exposureTo = (visitorId: string | undefined, ts: number): Exposure => ({
  requestId: `r-${ts}`,
  ts,
  placement: "home-for-you",
  ...(visitorId && { subject: `visitor:${visitorId}`, visitorId }),
  featureNames: [],
  slots: [],
  context: {},
})

async function setUp(size: number) {
  const features = new MemoryFeatureStore()
  const updater = new FeatureUpdater({ store: features, catalog: new TestCatalog() })
  const look = (visitor_id: string, product_id: string, ts: number) => ({
    event: shopEvent({ type: "view_item", ts, visitor_id, consent: FULL_CONSENT, items: [{ product_id }] }),
  })
  await updater.apply([look("v1", "a", NOW - 3), look("v1", "b", NOW - 2), look("v2", "c", NOW - 1)])
  const exposures = new MemoryExposureStore()
  await exposures.record([
    exposureTo("v1", NOW - 3),
    exposureTo(undefined, NOW - 2),
    exposureTo("v2", NOW - 1),
  ])
  const asked: (readonly string[])[] = []
  const models = {
    version: "v1",
    repeatDays: () => undefined,
    ask: (model: string, { history = [] }: { history?: readonly string[] }) => {
      asked.push([model, ...history])
      return [{ id: "found", score: 1 }]
    },
  }
  const pools = new CandidatePools({ catalog: { size }, size: 10 })
  await expectShoppers({ exposures, features, pools, models, clock: new ManualClock(NOW) })
  await pools.filled()
  return { asked, pools, models }
}

describe("expectShoppers", () => {
  it("makes the pools of those who were here last, by what they looked at, before they come again", async () => {
    const { asked, pools, models } = await setUp(LARGE)
    expect(asked).toEqual([
      ["ials", "c"],
      ["ials", "a", "b"],
    ])
    expect(pools.of(models, "ials", ["a", "b"], 5)).toEqual([{ id: "found", score: 1 }])
    expect(asked).toHaveLength(2)
  })

  it("reads nothing where pools are made at once", async () => {
    expect((await setUp(10)).asked).toEqual([])
  })
})
