import { silentLogger } from "../lib"
import { product, TestCatalog } from "../testing/planted-shop"
import { Shelves } from "./shelves"
import { TopList } from "./top-list"

describe("TopList", () => {
  it("keeps the best, whatever the order they come in, and breaks ties by id", () => {
    const list = new TopList(3)
    for (const [id, first, second] of [
      ["d", 1, 1],
      ["a", 1, 1],
      ["z", 2, 0],
      ["b", 1, 1],
      ["c", 0, 9],
    ] as const) {
      list.offer(id, first, second)
    }
    expect(list.ids).toEqual(["z", "a", "b"])
  })
})

describe("Shelves", () => {
  const catalog = new TestCatalog([
    product("old", "a", { createdAt: 1 }),
    product("hit", "a", { createdAt: 2 }),
    product("new", "a", { createdAt: 3 }),
    product("b2b", "b", { createdAt: 4, salesChannelIds: ["b2b"] }),
    product("draft", "a", { createdAt: 5, status: "draft" }),
    product("gone", "a", { createdAt: 6, inStock: false }),
  ])
  const models = {
    version: undefined as string | undefined,
    ask: () => (models.version ? [{ id: "hit", score: 9 }] : []),
  }
  const shelves = new Shelves({ catalog, models, logger: silentLogger })

  it("puts the newest products that can be bought first, by channel", async () => {
    await shelves.refresh()
    expect(shelves.newest([])).toEqual(["b2b", "new", "hit", "old"])
    expect(shelves.newest(["web"])).toEqual(["new", "hit", "old"])
    expect(shelves.newest(["web", "b2b"])).toEqual(["new", "hit", "old", "b2b"])
    expect(shelves.newest(["elsewhere"])).toEqual([])
    expect(shelves.inCategory("a")).toEqual(["new", "hit", "old"])
  })

  it("has one timer, however often it is started, and none when stopped", async () => {
    jest.useFakeTimers()
    try {
      const fresh = new Shelves({ catalog, models, logger: silentLogger })
      await fresh.start()
      await fresh.start()
      expect(jest.getTimerCount()).toBe(1)
      await fresh.stop()
      expect(jest.getTimerCount()).toBe(0)
    } finally {
      jest.useRealTimers()
    }
  })

  it("follows the catalogue and the models", async () => {
    models.version = "v1"
    catalog.put(product("newer", "a", { createdAt: 7 }))
    await shelves.refresh()
    expect(shelves.newest(["web"])[0]).toBe("newer")
    expect(shelves.inCategory("a")).toEqual(["hit", "newer", "new", "old"])
  })
})
