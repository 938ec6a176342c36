import type { CatalogStore, Product } from "../features"

export function product(id: string, changes: Partial<Product> = {}): Product {
  return {
    id,
    title: `Product ${id}`,
    status: "published",
    categories: [{ id: "cat", name: "Category" }],
    tags: [],
    options: { Colour: ["Red"] },
    salesChannelIds: ["sc"],
    variants: [{ id: `${id}-v`, available: true, price: 9.5 }],
    inStock: true,
    price: 9.5,
    createdAt: 1,
    updatedAt: 1,
    ...changes,
  }
}

/** What every CatalogStore must do. */
export function catalogStoreContract(
  name: string,
  make: () => Promise<{ store: CatalogStore; close?(): Promise<void> }>
): void {
  describe(`CatalogStore: ${name}`, () => {
    let store: CatalogStore
    let close: (() => Promise<void>) | undefined
    beforeEach(async () => {
      ;({ store, close } = await make())
    })
    afterEach(() => close?.())

    const load = async () => {
      const products: Product[] = []
      for await (const batch of store.load()) products.push(...batch)
      return new Map(products.map((one) => [one.id, one]))
    }
    /** Follows all pages. */
    const changes = async (cursor: string | undefined) => {
      const upserted = new Map<string, Product>()
      const removed: string[] = []
      for (;;) {
        const page = await store.changes(cursor)
        if (page.upserted.length + page.removed.length === 0)
          return { cursor: page.cursor, upserted, removed }
        cursor = page.cursor
        for (const one of page.upserted) upserted.set(one.id, one)
        removed.push(...page.removed)
      }
    }

    it("is empty at first", async () => {
      expect((await load()).size).toBe(0)
      const { upserted, removed } = await changes(undefined)
      expect([upserted.size, removed]).toEqual([0, []])
      await store.upsert([])
      await store.remove([])
    })

    it("holds products as they were given", async () => {
      await store.upsert([product("a"), product("b")])
      await store.upsert([product("a", { title: "Tasse à thé 漢字", metadata: { x: [1, { y: null }] } })])
      expect(await load()).toEqual(
        new Map([
          ["a", product("a", { title: "Tasse à thé 漢字", metadata: { x: [1, { y: null }] } })],
          ["b", product("b")],
        ])
      )
    })

    it("takes the last of a product that is named twice", async () => {
      await store.upsert([product("a"), product("a", { title: "second" })])
      expect((await load()).get("a")?.title).toBe("second")
    })

    it("tells what has changed since a cursor", async () => {
      await store.upsert([product("a"), product("b")])
      const first = await changes(undefined)
      expect([...first.upserted.keys()].sort()).toEqual(["a", "b"])
      expect((await changes(first.cursor)).upserted.size).toBe(0)
      await store.upsert([product("b", { title: "new" })])
      await store.remove(["a", "unknown"])
      const second = await changes(first.cursor)
      expect([...second.upserted]).toEqual([["b", product("b", { title: "new" })]])
      expect(second.removed).toEqual(["a"])
      await store.upsert([product("a")])
      expect([...(await changes(second.cursor)).upserted.keys()]).toEqual(["a"])
    })

    it("gives every product of a large catalogue", async () => {
      const products = Array.from({ length: 2_345 }, (_, i) => product(`p${i}`))
      await store.upsert(products)
      expect((await load()).size).toBe(2_345)
      expect((await changes(undefined)).upserted.size).toBe(2_345)
    })

    it("keeps fingerprints of what it holds, through changes of a product and no longer than the product", async () => {
      await store.upsert([product("a"), product("b")])
      await store.keepFingerprints(
        new Map([
          ["a", "1"],
          ["unknown", "1"],
        ])
      )
      await store.upsert([product("a", { title: "Changed" })])
      expect(await store.fingerprints(["a", "b", "unknown"])).toEqual(new Map([["a", "1"]]))
      await store.keepFingerprints(new Map([["a", "2"]]))
      expect(await store.fingerprints(["a"])).toEqual(new Map([["a", "2"]]))
      const { cursor } = await changes(undefined)
      await store.keepFingerprints(new Map([["b", "3"]]))
      expect((await changes(cursor)).upserted.size).toBe(0)
      await store.remove(["a"])
      await store.keepFingerprints(new Map([["a", "4"]]))
      await store.upsert([product("a")])
      expect(await store.fingerprints(["a", "b"])).toEqual(new Map([["b", "3"]]))
      expect((await store.fingerprints([])).size).toBe(0)
    })
  })
}
