import type { Exposure, ExposureStore, RecentExposures } from "../serving"

const exposure = (requestId: string, changes: Partial<Exposure> = {}): Exposure => ({
  requestId,
  ts: 1_700_000_000_000,
  placement: "home-for-you",
  featureNames: ["popularity"],
  slots: [{ productId: "a", score: 0.25, source: "popularity", propensity: 1, features: [0.125] }],
  context: { country: "DE" },
  ...changes,
})

/** What every ExposureStore must do. */
export function exposureStoreContract(
  name: string,
  make: () => Promise<{ store: ExposureStore; close?(): Promise<void> }>
): void {
  describe(`ExposureStore: ${name}`, () => {
    let store: ExposureStore
    let close: (() => Promise<void>) | undefined
    beforeEach(async () => {
      ;({ store, close } = await make())
    })
    afterEach(() => close?.())

    it("holds exposures by their request", async () => {
      expect(await store.get("r1")).toBeUndefined()
      await store.record([])
      await store.record([exposure("r1", { subject: "visitor:v1", modelVersion: "abc" }), exposure("r2")])
      expect(await store.get("r1")).toEqual(exposure("r1", { subject: "visitor:v1", modelVersion: "abc" }))
      expect(await store.get("r2")).toEqual(exposure("r2"))
    })

    it("gives many at once, and leaves out the unknown", async () => {
      await store.record([exposure("r1"), exposure("r2", { situation: { mobile: 1 } })])
      const found = await store.getMany(["r2", "nobody", "r1"])
      expect([...found.keys()].sort()).toEqual(["r1", "r2"])
      expect(found.get("r2")).toEqual(exposure("r2", { situation: { mobile: 1 } }))
      expect((await store.getMany([])).size).toBe(0)
    })

    it("keeps the first telling of a request", async () => {
      await store.record([exposure("r1"), exposure("r1", { placement: "x" })])
      await store.record([exposure("r1", { placement: "y" })])
      expect((await store.get("r1"))?.placement).toBe("home-for-you")
    })

    it("gives the newest ones first, of one placement or of all, a page at a time", async () => {
      await store.record([
        exposure("r1", { ts: 1 }),
        exposure("r3", { ts: 3 }),
        exposure("r2", { ts: 2, placement: "trending" }),
      ])
      const ids = async (asked: RecentExposures) =>
        (await store.recent(asked)).map(({ requestId }) => requestId)
      expect(await ids({ limit: 2 })).toEqual(["r3", "r2"])
      expect(await ids({ limit: 9, placement: "home-for-you" })).toEqual(["r3", "r1"])
      await store.record([exposure("r2b", { ts: 2 })])
      expect(await ids({ limit: 2, before: { ts: 3, requestId: "r3" } })).toEqual(["r2b", "r2"])
      expect(await ids({ limit: 2, before: { ts: 2, requestId: "r2" } })).toEqual(["r1"])
    })

    it("says who was shown the newest lists, each once, the last first", async () => {
      const of = (id: string, ts: number, subject?: string, visitorId?: string) =>
        exposure(id, { ts, subject, visitorId })
      await store.record([
        of("r1", 1, "visitor:old", "old"),
        of("r2", 2, "visitor:v1", "v1"),
        of("r3", 3, "customer:c1", "v2"),
        of("r4", 4),
        of("r5", 5, "visitor:v1", "v1"),
      ])
      expect(await store.shoppers(4, 9)).toEqual([
        { visitorId: "v1", customerId: undefined },
        { visitorId: "v2", customerId: "c1" },
      ])
      expect(await store.shoppers(5, 9)).toHaveLength(3)
      expect(await store.shoppers(5, 1)).toEqual([{ visitorId: "v1", customerId: undefined }])
    })

    it("erases a subject by visitor and by customer", async () => {
      await store.record([
        exposure("r1", { subject: "visitor:v1", visitorId: "v1" }),
        exposure("r2", { subject: "customer:c1", visitorId: "v2" }),
        exposure("r3", { subject: "customer:c2", visitorId: "v1" }),
        exposure("r4", { subject: "visitor:v3" }),
        exposure("r5"),
      ])
      expect(await store.erase({ visitorIds: ["v1"], customerId: "c1" })).toBe(3)
      expect(await store.erase({ visitorIds: ["v3"] })).toBe(1)
      expect(await store.get("r5")).toBeDefined()
      expect(await store.erase({ visitorIds: [] })).toBe(0)
    })
  })
}
