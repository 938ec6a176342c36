import { MemoryCatalogStore } from "../../adapters/memory/memory-catalog-store"
import { product } from "../testing/catalog-store.contract"
import { CatalogKeeper, type CatalogChange } from "."

const setUp = async () => {
  const store = new MemoryCatalogStore()
  await store.upsert([product("a"), product("b")])
  const keeper = new CatalogKeeper({ store })
  const changes: CatalogChange[] = []
  keeper.onChange((change) => changes.push(change))
  await keeper.start()
  return { store, keeper, changes }
}

it("holds the catalogue from the start", async () => {
  const { keeper } = await setUp()
  expect([keeper.size, keeper.has("a"), keeper.get("b")?.id, keeper.get("c")]).toEqual([
    2,
    true,
    "b",
    undefined,
  ])
  expect([...keeper.all()].map((one) => one.id)).toEqual(["a", "b"])
  await keeper.stop()
})

it("takes its own changes at once, and does not count them again when they come back", async () => {
  const { keeper, changes } = await setUp()
  const { version } = keeper
  await keeper.upsert([product("a", { title: "new" })])
  await keeper.remove(["b"])
  expect([keeper.get("a")?.title, keeper.has("b"), keeper.version]).toEqual(["new", false, version + 2])
  await keeper.refresh()
  expect(keeper.version).toBe(version + 2)
  expect(changes.slice(1).map(({ upserted, removed }) => [upserted.map(({ id }) => id), removed])).toEqual([
    [["a"], []],
    [[], ["b"]],
  ])
  await keeper.stop()
})

it("takes the changes of others", async () => {
  const { store, keeper } = await setUp()
  await store.upsert([product("c")])
  await store.remove(["a"])
  await keeper.refresh()
  expect([keeper.has("c"), keeper.has("a")]).toEqual([true, false])
  await keeper.stop()
})

it("lets requests through while it takes many products, and takes them in order", async () => {
  const { keeper } = await setUp()
  let turns = 0
  let taking = true
  const count = () => {
    turns++
    if (taking) setImmediate(count)
  }
  setImmediate(count)
  const many = Array.from({ length: 1_000 }, (_, i) => product(`p${i}`))
  const first = keeper.upsert(many)
  const second = keeper.upsert([product("p999", { title: "newer" })])
  await Promise.all([first, second])
  taking = false
  expect(turns).toBeGreaterThanOrEqual(19)
  expect([keeper.size, keeper.get("p999")?.title]).toEqual([1_002, "newer"])
  expect(keeper.cards.end).toBe(1_002)
  await keeper.stop()
})

it("sees within a second what another process says of the stock", async () => {
  jest.useFakeTimers()
  try {
    const { store, keeper } = await setUp()
    expect(keeper.cards.isInStock(keeper.cards.numberOf("a"))).toBe(true)
    await store.upsert([product("a", { inStock: false })])
    await jest.advanceTimersByTimeAsync(999)
    expect(keeper.cards.isInStock(keeper.cards.numberOf("a"))).toBe(false)
    await keeper.stop()
  } finally {
    jest.useRealTimers()
  }
})
