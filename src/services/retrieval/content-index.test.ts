import { MemoryItemVectorStore } from "../../adapters/memory"
import { noMetrics, silentLogger } from "../lib"
import type { Product } from "../features"
import type { GivenProduct, GivenSpaces, ProductEmbedder } from "../models"
import { embedder, product, TestCatalog, TestIndex } from "../testing/planted-shop"
import { ContentIndex } from "./content-index"

function setUp(catalog = new TestCatalog([product("a1", "a"), product("a2", "a"), product("b1", "b")])) {
  const models = {
    version: undefined as string | undefined,
    embedder: undefined as ProductEmbedder | undefined,
    addProducts: jest.fn((_: readonly GivenProduct[]) => {}),
  }
  const indexes: TestIndex[] = []
  const store = new MemoryItemVectorStore()
  const given = { of: jest.fn<Promise<GivenSpaces>, [readonly Product[]]>() }
  const make = () =>
    new ContentIndex({
      given,
      catalog,
      models,
      store,
      metrics: noMetrics,
      logger: silentLogger,
      createIndex(dimensions) {
        indexes.push(new TestIndex(dimensions))
        return indexes.at(-1)!
      },
    })
  const train = (version: string, live = embedder) => Object.assign(models, { version, embedder: live })
  return { catalog, indexes, store, make, content: make(), train, given, models }
}

/** Reads vectors that `eye` gives, else the category. */
const reader: ProductEmbedder = {
  dimensions: 4,
  reads: { image: "eye" },
  embed: (product, given) => given?.image ?? embedder.embed(product),
}

const nearest = async (content: ContentIndex, id: string, k: number) =>
  (await content.view()!.nearest([{ id, weight: 1 }], k)).map((hit) => hit.id)

describe("ContentIndex", () => {
  it("is empty without a model, and filled when one goes live", async () => {
    const { content, train, store } = setUp()
    await content.sync()
    expect(content.view()).toBeUndefined()
    train("v1")
    await content.sync()
    expect(await nearest(content, "a1", 1)).toEqual(["a2"])
    expect((await store.load("text", "v1")).ids.sort()).toEqual(["a1", "a2", "b1"])
  })

  it("follows new, changed and removed products", async () => {
    const { content, train, catalog, store } = setUp()
    train("v1")
    await content.sync()
    // Remembered, and to be forgotten with the change.
    expect(await nearest(content, "b1", 1)).toEqual(["a1"])
    catalog.put(product("b2", "b"), product("a2", "c"))
    catalog.remove("a1")
    await content.sync()
    expect(await nearest(content, "b1", 1)).toEqual(["b2"])
    expect(content.view()!.vectorOf("a1")).toBeUndefined()
    expect(content.size).toBe(3)
    expect(content.view()!.vectorOf("a2")).toEqual(embedder.embed(product("a2", "c")))
    expect((await store.load("text", "v1")).ids.sort()).toEqual(["a2", "b1", "b2"])
  })

  it("builds another model's vectors beside the live ones and keeps the views apart", async () => {
    const { content, train, indexes } = setUp()
    train("v1")
    await content.sync()
    const before = content.view()!
    train("v2", {
      dimensions: 2,
      embed: ({ categories }) => new Float32Array(categories[0].id === "a" ? [1, 0] : [0, 1]),
    })
    await content.sync()
    const after = content.view()!
    expect([before.vectorOf("a1")!.length, after.vectorOf("a1")!.length]).toEqual([4, 2])
    expect((await after.nearest([{ id: "a1", weight: 1 }], 1)).map(({ id }) => id)).toEqual(["a2"])
    expect(indexes.map((index) => index.closed)).toEqual([false, false])
    await content.sync()
    expect(indexes.map((index) => index.closed)).toEqual([true, false])
  })

  it("starts from the stored vectors, then corrects those of products that changed meanwhile", async () => {
    const { content, train, make, catalog } = setUp()
    train("v1")
    await content.sync()
    catalog.put(product("a2", "b"))
    const later = make()
    await later.sync(false)
    expect(await nearest(later, "a1", 1)).toEqual(["a2"])
    await later.sync()
    expect(await nearest(later, "b1", 1)).toEqual(["a2"])
  })

  it("gives the model what embedders say of new and changed products, if it has learned to read it", async () => {
    const { content, train, catalog, given, models } = setUp()
    const seen = (name: string, ids: readonly string[]) => ({
      image: { name, vectors: new Map(ids.map((id) => [id, Float32Array.of(0, 0, 1, 0)])) },
    })
    given.of.mockImplementation(async (products) =>
      seen(
        "eye",
        products.map(({ id }) => id)
      )
    )
    train("v1")
    await content.sync()
    expect(given.of).not.toHaveBeenCalled()
    train("v2", reader)
    await content.sync()
    expect(given.of.mock.calls[0][0].map(({ id }) => id)).toEqual(["a1", "a2", "b1"])
    catalog.put(product("b2", "b"))
    await content.sync()
    expect(given.of.mock.calls.at(-1)![0].map(({ id }) => id)).toEqual(["b2"])
    expect(content.view()!.vectorOf("b2")).toEqual(Float32Array.of(0, 0, 1, 0))
    const [added] = models.addProducts.mock.calls.at(-1)!
    expect(added.map(({ product: { id }, given: said }) => [id, said?.image?.[2]])).toEqual([["b2", 1]])
    given.of.mockImplementation(async (products) =>
      seen(
        "another",
        products.map(({ id }) => id)
      )
    )
    catalog.put(product("b3", "b"))
    await content.sync()
    expect(content.view()!.vectorOf("b3")).toEqual(embedder.embed(product("b3", "b")))
  })

  it("tries again what failed", async () => {
    const { content, train, catalog, indexes } = setUp()
    train("v1")
    await content.sync()
    catalog.put(product("b2", "b"))
    const add = jest.spyOn(indexes[0], "add").mockRejectedValueOnce(new Error("busy"))
    await content.sync()
    expect(content.size).toBe(3)
    await content.sync()
    expect(content.size).toBe(4)
    expect(add).toHaveBeenCalledTimes(2)
  })

  it("tries less often what goes on failing", async () => {
    jest.useFakeTimers({ doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] })
    try {
      const { content, train, store } = setUp()
      const load = jest.spyOn(store, "load").mockRejectedValue(new Error("away"))
      train("v1")
      await content.start()
      await jest.advanceTimersByTimeAsync(30_000)
      // After 2, 4, 8 and 16 s.
      expect(load.mock.calls.length).toBe(5)
      load.mockRestore()
      await jest.advanceTimersByTimeAsync(33_000)
      expect(content.size).toBe(3)
      await content.stop()
    } finally {
      jest.useRealTimers()
    }
  })

  it("serves a shop without products", async () => {
    const { content, train, catalog } = setUp(new TestCatalog())
    train("v1")
    await content.sync()
    expect(content.size).toBe(0)
    catalog.put(product("a1", "a"))
    await content.sync()
    expect(content.view()!.vectorOf("a1")).toBeDefined()
    expect(await nearest(content, "a1", 1)).toEqual([])
  })
})
