import type { FeatureKey, FeatureRecord, FeatureStore } from "../features"

/** What every FeatureStore must do. */
export function featureStoreContract(name: string, make: () => Promise<FeatureStore>): void {
  describe(`FeatureStore: ${name}`, () => {
    let store: FeatureStore
    beforeEach(async () => {
      store = await make()
    })
    afterEach(() => store.close())

    const add = (key: FeatureKey, feature: string, n: number) => ({
      key,
      feature,
      next: (state: unknown) => ((state as number | undefined) ?? 0) + n,
    })
    const all = async () => {
      const records: [FeatureKey, FeatureRecord][] = []
      for await (const entry of store.snapshot()) records.push(entry)
      return new Map(records)
    }

    it("leaves unknown keys out", async () => {
      expect(await store.getMany(["shopper:visitor:v1"])).toEqual(new Map())
      expect(await store.getMany([])).toEqual(new Map())
    })

    it("applies updates in order, several of one key and feature too", async () => {
      await store.apply([
        add("item:a", "x", 1),
        add("item:a", "y", 5),
        add("item:a", "x", 2),
        add("item:b", "x", 7),
      ])
      await store.apply([{ key: "item:a", feature: "x", next: (state) => (state as number) * 10 }])
      const expected = new Map<FeatureKey, FeatureRecord>([
        ["item:a", { x: 30, y: 5 }],
        ["item:b", { x: 7 }],
      ])
      expect(await store.getMany(["item:a", "item:b", "item:c"])).toEqual(expected)
      expect(await all()).toEqual(expected)
    })

    it("applies all updates or none", async () => {
      await store.apply([add("item:a", "x", 1)])
      const bad = {
        key: "item:a" as const,
        feature: "x",
        next: () => {
          throw new Error("no")
        },
      }
      await expect(store.apply([add("item:a", "x", 1), add("item:b", "x", 1), bad])).rejects.toThrow("no")
      expect(await all()).toEqual(new Map([["item:a", { x: 1 }]]))
    })

    it("holds ids with colons and other characters", async () => {
      const key: FeatureKey = "shopper:customer:a:b/漢 %"
      await store.apply([add(key, "x", 1)])
      expect((await store.getMany([key])).get(key)).toEqual({ x: 1 })
    })

    it("loses no update when several apply at once", async () => {
      await Promise.all(Array.from({ length: 50 }, () => store.apply([add("global:all", "x", 1)])))
      expect((await store.getMany(["global:all"])).get("global:all")).toEqual({ x: 50 })
    })

    it("counts an update of one place once, in each record for itself", async () => {
      const at = (key: FeatureKey, offset: string, partition?: number) => ({
        ...add(key, "x", 1),
        at: { partition, offset },
      })
      await store.apply([at("item:a", "9", 0)])
      // As after a crash: the batch comes again, and another record has not seen its part yet.
      await store.apply([at("item:a", "9"), at("item:a", "10"), at("item:b", "9"), at("item:a", "5", 1)])
      await store.apply([at("item:a", "10"), at("item:a", "4", 1), add("item:a", "x", 100)])
      const counts = await store.getMany(["item:a", "item:b"])
      expect([...counts]).toEqual([
        ["item:a", { x: 103 }],
        ["item:b", { x: 1 }],
      ])
    })

    it("applies all that comes from one place together", async () => {
      const at = { partition: 2, offset: "7" }
      await store.apply([
        { ...add("item:a", "x", 1), at },
        { ...add("item:a", "x", 1), at },
        { ...add("item:a", "y", 1), at },
      ])
      expect((await store.getMany(["item:a"])).get("item:a")).toEqual({ x: 2, y: 1 })
      await store.apply([{ ...add("item:a", "y", 1), at }])
      expect((await store.getMany(["item:a"])).get("item:a")).toEqual({ x: 2, y: 1 })
      await store.erase("item:a")
      await store.apply([{ ...add("item:a", "y", 1), at }])
      expect((await store.getMany(["item:a"])).get("item:a")).toEqual({ y: 1 })
    })

    it("tells what was before a place from what has come since", async () => {
      const at = (offset: string, partition?: number) => ({ partition, offset })
      await store.apply([{ ...add("item:a", "x", 1), at: at("9") }])
      expect(await store.before("item:a", at("10"))).toEqual({ x: 1 })
      expect(await store.before("item:a", at("9", 0))).toBeUndefined()
      expect(await store.before("item:a", at("9", 1))).toEqual({ x: 1 })
      expect(await store.before("item:b", at("9"))).toBeUndefined()
      await store.erase("item:a", at("9"))
      await store.erase("item:b", at("9"))
      expect([...(await all()).keys()]).toEqual(["item:a"])
      await store.erase("item:a", at("10"))
      expect(await all()).toEqual(new Map())
    })

    it("forgets a key", async () => {
      await store.apply([add("item:a", "x", 1), add("item:b", "x", 1)])
      await store.erase("item:a")
      await store.erase("item:unknown")
      expect([...(await all()).keys()]).toEqual(["item:b"])
    })
  })
}
