import type { ModelStore, ModelVersion } from "../models"

/** A store to test, and how to let its clock move on between two writes. */
export interface ModelStoreFixture {
  store: ModelStore
  /** Makes the next write later than the last. */
  tick(): void | Promise<void>
  close?(): Promise<void>
}

const version = (name: string, createdAt: number): ModelVersion => ({
  version: name,
  status: "candidate",
  createdAt,
  models: ["popularity"],
  config: { models: { popularity: { halfLifeDays: 7 } }, seed: 1 },
  window: { from: 1000, to: 2000, events: 10, sessions: 3, items: 4 },
  metrics: { popularity: { "hr@20": 0.25 } },
  durationMs: 12,
})

const artifacts = () => ({
  popularity: {
    meta: { segments: ["country:DE"] },
    arrays: {
      bytes: Uint8Array.of(0, 255),
      ints: Int32Array.of(-1, 2 ** 31 - 1),
      words: Uint32Array.of(2 ** 32 - 1),
      floats: Float32Array.of(0.5, NaN),
      doubles: Float64Array.of(Math.PI, -Infinity),
      empty: new Int32Array(0),
      // A view into the middle of a larger buffer: only its own part may be stored.
      view: new Float64Array([1, 2, 3, 4]).subarray(1, 3),
    },
  },
})

/** What every ModelStore must do. */
export function modelStoreContract(name: string, make: () => Promise<ModelStoreFixture>): void {
  describe(`ModelStore: ${name}`, () => {
    let fixture: ModelStoreFixture
    let store: ModelStore

    beforeEach(async () => {
      fixture = await make()
      store = fixture.store
    })
    afterEach(() => fixture.close?.())

    const add = async (id: string, createdAt: number) => {
      await fixture.tick()
      await store.save(version(id, createdAt), artifacts())
    }
    const promote = async (id: string) => {
      await fixture.tick()
      await store.promote(id)
    }

    it("is empty at first", async () => {
      expect(await store.list()).toEqual([])
      expect(await store.live()).toBeUndefined()
      expect(await store.previous()).toBeUndefined()
    })

    it("gives back what was saved, to the last bit", async () => {
      await add("a", 1)
      expect(await store.list()).toEqual([version("a", 1)])
      const loaded = await store.artifacts("a")
      expect(Object.keys(loaded)).toEqual(["popularity"])
      expect(loaded.popularity.meta).toEqual({ segments: ["country:DE"] })
      for (const [key, value] of Object.entries(artifacts().popularity.arrays)) {
        const array = loaded.popularity.arrays[key]
        expect(array.constructor.name).toBe(value.constructor.name)
        expect(Array.from(array)).toEqual(Array.from(value))
      }
    })

    it("gives back an artifact of any length", async () => {
      const large = Uint8Array.from({ length: 600_001 }, (_, i) => (i * 7919) >> 5)
      const numbers = Float32Array.from({ length: 300_000 }, (_, i) => i / 3)
      await store.save(version("large", 5), { popularity: { meta: {}, arrays: { large, numbers } } })
      const { arrays } = (await store.artifacts("large")).popularity
      expect(Buffer.compare(arrays.large as Uint8Array, large)).toBe(0)
      expect(arrays.numbers).toEqual(numbers)
    })

    it("lists the newest first, up to a limit", async () => {
      await add("b", 2)
      await add("a", 1)
      await add("c", 3)
      expect((await store.list()).map((v) => v.version)).toEqual(["c", "b", "a"])
      expect((await store.list(2)).map((v) => v.version)).toEqual(["c", "b"])
    })

    it("has one live version, and knows the one before", async () => {
      await add("a", 1)
      await add("b", 2)
      await promote("a")
      expect(await store.live()).toMatchObject({
        version: "a",
        status: "live",
        promotedAt: expect.any(Number),
      })
      expect(await store.previous()).toBeUndefined()
      await promote("b")
      expect((await store.live())?.version).toBe("b")
      expect(await store.previous()).toMatchObject({ version: "a", status: "retired" })
      expect((await store.list()).filter((v) => v.status === "live")).toHaveLength(1)
    })

    it("goes back and forth between two versions", async () => {
      await add("a", 1)
      await add("b", 2)
      await promote("a")
      await promote("b")
      await promote("a")
      expect((await store.live())?.version).toBe("a")
      expect((await store.previous())?.version).toBe("b")
    })

    it("changes nothing when the live version is promoted again", async () => {
      await add("a", 1)
      await add("b", 2)
      await promote("a")
      await promote("b")
      await promote("b")
      expect((await store.previous())?.version).toBe("a")
    })

    it("keeps a live version live when the same version is saved again", async () => {
      await add("a", 1)
      await promote("a")
      await store.save({ ...version("a", 5), reason: "nothing new" }, artifacts())
      expect(await store.live()).toMatchObject({ version: "a", status: "live" })
      expect((await store.live())?.reason).toBeUndefined()
      expect(await store.list()).toHaveLength(1)
    })

    it("keeps the reason of a candidate, and drops it when the candidate goes live", async () => {
      await store.save({ ...version("a", 1), reason: "worse" }, artifacts())
      expect((await store.list())[0].reason).toBe("worse")
      await promote("a")
      expect((await store.live())?.reason).toBeUndefined()
    })

    it("forgets all but the newest versions, never the live one nor the one before", async () => {
      const ids = ["a", "b", "c", "d", "e", "f"]
      for (const [i, id] of ids.entries()) await add(id, i + 1)
      for (const id of ["c", "a", "b"]) await promote(id)
      expect(await store.prune(2)).toBe(2)
      expect((await store.list()).map((v) => v.version)).toEqual(["f", "e", "b", "a"])
      await expect(store.artifacts("d")).rejects.toMatchObject({ code: "not_found" })
      // All versions here share one artifact, which the others still need.
      expect(Object.keys(await store.artifacts("a"))).toEqual(["popularity"])
      expect((await store.live())?.version).toBe("b")
      expect((await store.previous())?.version).toBe("a")
      expect(await store.prune(2)).toBe(0)
      await promote("a")
      expect((await store.previous())?.version).toBe("b")
    })

    it("tries one version out at a time, and tells why", async () => {
      await add("a", 1)
      await add("b", 2)
      expect(await store.trial()).toBeUndefined()
      await store.move("a", "shadow", "better")
      expect(await store.trial()).toMatchObject({ version: "a", status: "shadow", reason: "better" })
      await fixture.tick()
      await store.move("a", "canary", "no failures")
      await store.move("a", "canary", "again")
      await fixture.tick()
      await store.move("b", "shadow", "newer")
      expect(await store.trial()).toMatchObject({ version: "b", status: "shadow" })
      const a = (await store.list()).find(({ version }) => version === "a")!
      expect(a).toMatchObject({ status: "candidate", reason: "b took its place" })
      expect(a.steps).toMatchObject([
        { status: "shadow", at: expect.any(Number), reason: "better" },
        { status: "canary", reason: "no failures" },
        { status: "candidate", reason: "b took its place" },
      ])
      await store.move("b", "failed", "it failed")
      expect(await store.trial()).toBeUndefined()
    })

    it("ends a trial with a promotion, and keeps its steps", async () => {
      await add("a", 1)
      await add("b", 2)
      await promote("a")
      await store.move("b", "canary", "better")
      // The same content trained again changes nothing of it.
      await add("b", 3)
      expect(await store.trial()).toMatchObject({ version: "b", status: "canary" })
      await store.promote("b", "clicked more")
      expect(await store.trial()).toBeUndefined()
      expect((await store.live())?.steps).toMatchObject([
        { status: "canary", reason: "better" },
        { status: "live", reason: "clicked more" },
      ])
      expect((await store.previous())?.steps?.at(-1)).toMatchObject({
        status: "retired",
        reason: "b took its place",
      })
      await expect(store.move("b", "shadow", "?")).rejects.toMatchObject({ code: "conflict" })
      await expect(store.move("none", "shadow", "?")).rejects.toMatchObject({ code: "not_found" })
    })

    it("does not forget a version on trial", async () => {
      for (const [i, id] of ["a", "b", "c"].entries()) await add(id, i + 1)
      await store.move("a", "shadow", "better")
      expect(await store.prune(1)).toBe(1)
      expect((await store.list()).map((v) => v.version)).toEqual(["c", "a"])
    })

    it("refuses a version that it does not hold", async () => {
      await expect(store.promote("none")).rejects.toMatchObject({ code: "not_found" })
      await expect(store.artifacts("none")).rejects.toMatchObject({ code: "not_found" })
      expect(await store.live()).toBeUndefined()
    })
  })
}
