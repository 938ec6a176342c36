import type { ItemVectorStore } from "../retrieval"

/** What every ItemVectorStore must do. */
export function itemVectorStoreContract(
  name: string,
  make: () => Promise<{ store: ItemVectorStore; close?(): Promise<void> }>
): void {
  describe(`ItemVectorStore: ${name}`, () => {
    let store: ItemVectorStore
    let close: (() => Promise<void>) | undefined
    beforeEach(async () => {
      ;({ store, close } = await make())
    })
    afterEach(() => close?.())

    it("is empty at first", async () => {
      expect(await store.load("text", "v1")).toEqual({ ids: [], vectors: new Float32Array(), dimensions: 0 })
      await store.put("text", "v1", [], new Float32Array())
    })

    it("gives vectors back to the last bit", async () => {
      const vectors = Float32Array.of(Math.fround(0.1), -0, 3e38, 1e-40, 5, 6)
      await store.put("text", "v1", ["b", "a"], vectors)
      const loaded = await store.load("text", "v1")
      expect(loaded.ids).toEqual(["a", "b"])
      expect(loaded.dimensions).toBe(3)
      expect(loaded.vectors).toEqual(Float32Array.of(1e-40, 5, 6, Math.fround(0.1), -0, 3e38))
    })

    it("replaces, removes, and keeps spaces and versions apart", async () => {
      await store.put("text", "v1", ["a", "b"], Float32Array.of(1, 2))
      await store.put("image", "v1", ["a"], Float32Array.of(9))
      await store.put("text", "v2", ["a", "c", "c"], Float32Array.of(5, 6, 7))
      expect(await store.load("text", "v1")).toMatchObject({ ids: ["b"], vectors: Float32Array.of(2) })
      expect(await store.load("text", "v2")).toMatchObject({
        ids: ["a", "c"],
        vectors: Float32Array.of(5, 7),
      })
      await store.remove("text", ["a", "unknown"])
      expect((await store.load("text", "v2")).ids).toEqual(["c"])
      expect((await store.load("image", "v1")).ids).toEqual(["a"])
    })

    it("gives those asked for, as far as they are there", async () => {
      await store.put("text", "v1", ["a", "b", "c"], Float32Array.of(1, 2, 3))
      expect(await store.load("text", "v1", ["c", "unknown", "a"])).toEqual({
        ids: ["a", "c"],
        vectors: Float32Array.of(1, 3),
        dimensions: 1,
      })
      expect((await store.load("text", "v1", [])).ids).toEqual([])
    })

    it("refuses vectors that do not fit the ids", async () => {
      await expect(store.put("text", "v1", ["a", "b"], Float32Array.of(1, 2, 3))).rejects.toMatchObject({
        code: "invalid_input",
      })
    })

    it("holds thousands of vectors", async () => {
      const ids = Array.from({ length: 2_500 }, (_, i) => `p${i}`)
      await store.put("text", "v1", ids, new Float32Array(2_500 * 8).fill(0.5))
      expect(await store.load("text", "v1")).toMatchObject({ dimensions: 8 })
      expect((await store.load("text", "v1")).ids).toHaveLength(2_500)
    })
  })
}
