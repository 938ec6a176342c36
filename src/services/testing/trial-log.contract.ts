import type { ShopEvent } from "../events"
import type { ShadowAnswer, TrialLog } from "../models"
import type { Exposure } from "../serving"
import { shopEvent } from "./events"

export interface TrialLogFixture {
  log: TrialLog
  /** Makes the version known, as a store of models does. */
  addVersion(version: string): Promise<void>
  addExposures(exposures: readonly Exposure[]): Promise<void>
  addEvents(events: readonly ShopEvent[]): Promise<void>
}

const answer = (ts: number, over: Partial<ShadowAnswer> = {}): ShadowAnswer => ({
  version: "new",
  live: "old",
  model: "vmis-knn",
  ts,
  shown: ["a", "b"],
  would: ["b", "c"],
  ...over,
})

/** What every TrialLog must do. */
export function trialLogContract(name: string, make: () => Promise<TrialLogFixture>): void {
  describe(`TrialLog: ${name}`, () => {
    it("sums up what a version would have shown", async () => {
      const { log, addVersion } = await make()
      await addVersion("new")
      await addVersion("other")
      expect(await log.summary("new", 0)).toEqual({ answers: 0, failed: 0, empty: 0, common: 0 })
      await log.record([
        answer(1_000, { would: [] }),
        answer(2_000),
        answer(3_000, { would: [] }),
        answer(4_000, { would: [], failed: "boom" }),
        answer(5_000, { shown: [], would: ["a"] }),
        answer(6_000, { version: "other", would: [] }),
      ])
      expect(await log.summary("new", 2_000)).toEqual({ answers: 4, failed: 1, empty: 1, common: 0.25 })
      expect(await log.answers("new", 2)).toEqual([
        answer(5_000, { shown: [], would: ["a"] }),
        answer(4_000, { would: [], failed: "boom" }),
      ])
      await log.prune(3)
      expect((await log.answers("new", 9)).map(({ ts }) => ts)).toEqual([5_000, 4_000])
      await log.prune(3)
      expect(await log.answers("other", 9)).toHaveLength(1)
    })

    it("counts lists, falls and clicks by version", async () => {
      const { log, addExposures, addEvents } = await make()
      const since = Date.now() - 60_000
      const list = (requestId: string, over: Partial<Exposure> = {}): Exposure => ({
        requestId,
        ts: since + 1_000,
        placement: "trending",
        modelVersion: "new",
        featureNames: [],
        slots: [],
        context: {},
        ...over,
      })
      await addExposures([
        list("r1"),
        list("r2", { fallback: "empty" }),
        list("r3", { ts: since - 1_000 }),
        list("r4", { modelVersion: "old" }),
        list("r5", { modelVersion: "older" }),
      ])
      const click = (over: Partial<ShopEvent>) =>
        shopEvent({ type: "select_item", ts: since + 2_000, items: [{ product_id: "a" }], ...over })
      await addEvents([
        click({ request_id: "r1" }),
        click({ request_id: "r1" }),
        click({ items: [{ product_id: "a", request_id: "r4" }] }),
        click({ request_id: "unknown" }),
        shopEvent({ type: "view_item", ts: since + 2_000, request_id: "r2", items: [{ product_id: "a" }] }),
      ])
      expect(await log.outcomes(["new", "old", "none"], since)).toEqual(
        new Map([
          ["new", { lists: 2, fallbacks: 1, clicked: 1 }],
          ["old", { lists: 1, fallbacks: 0, clicked: 1 }],
        ])
      )
    })
  })
}
