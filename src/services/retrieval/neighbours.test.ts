import { Neighbours } from "./neighbours"

/** Products on a line; the nearer, the better. */
function setUp(max?: number) {
  const places = new Map([..."abcdefgh"].map((id, i) => [id, i] as const))
  let searches = 0
  let release: (() => void) | undefined
  const index = {
    hold: false,
    search: async ([at]: Float32Array, k: number) => {
      searches++
      const found = [...places]
        .map(([id, place]) => ({ id, score: 1 / (1 + Math.abs(place - at)) }))
        .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
        .slice(0, k)
      if (index.hold) await new Promise<void>((resolve) => (release = resolve))
      return found
    },
  }
  const vectorOf = (id: string) => (places.has(id) ? Float32Array.of(places.get(id)!) : undefined)
  const neighbours = new Neighbours(index, vectorOf, max)
  const ids = async (id: string, k: number) => (await neighbours.of([id], k))[0].map((one) => one.id)
  return { neighbours, ids, places, index, searches: () => searches, release: () => release?.() }
}

it("finds the nearest others, and searches once", async () => {
  const { ids, searches } = setUp()
  expect(await ids("c", 3)).toEqual(["b", "d", "a"])
  expect(await ids("c", 2)).toEqual(["b", "d"])
  expect(searches()).toBe(1)
  expect(await ids("c", 4)).toEqual(["b", "d", "a", "e"])
  expect(searches()).toBe(2)
  expect(await ids("nobody", 4)).toEqual([])
  expect(searches()).toBe(2)
})

it("lets those who ask at the same time share a search", async () => {
  const { neighbours, searches } = setUp()
  const lists = await Promise.all([neighbours.of(["c"], 2), neighbours.of(["c"], 2), neighbours.of(["d"], 2)])
  expect(lists[0]).toEqual(lists[1])
  expect(searches()).toBe(2)
})

it("searches once for several, and remembers the rest", async () => {
  const { neighbours, searches } = setUp()
  const names = async (...ids: string[]) =>
    (await neighbours.of(ids, 2)).map((list) => list.map(({ id }) => id).join(""))
  expect(await names("nobody", "c", "d")).toEqual(["", "bd", ""])
  expect(await names("d", "c")).toEqual(["ce", "bd"])
  expect(await names("d", "c")).toEqual(["ce", "bd"])
  expect(searches()).toBe(2)
})

it("does not look again for more than there are", async () => {
  const { ids, searches } = setUp()
  expect(await ids("c", 20)).toHaveLength(7)
  expect(await ids("c", 20)).toHaveLength(7)
  expect(searches()).toBe(1)
})

it("forgets with every change of the index, also what was being searched meanwhile", async () => {
  const { neighbours, ids, places, index, release, searches } = setUp()
  await ids("c", 2)
  places.delete("d")
  neighbours.clear()
  expect(await ids("c", 2)).toEqual(["b", "a"])
  index.hold = true
  const before = ids("g", 2)
  places.delete("h")
  neighbours.clear()
  index.hold = false
  release()
  expect(await before).toEqual(["f", "h"])
  expect(await ids("g", 2)).toEqual(["f", "e"])
  expect(searches()).toBe(4)
})

it("remembers no failure, and no more than it may", async () => {
  const { ids, index, searches } = setUp(1)
  const search = index.search
  index.search = async () => Promise.reject(new Error("away"))
  await expect(ids("c", 2)).rejects.toThrow("away")
  index.search = search
  expect(await ids("c", 2)).toEqual(["b", "d"])
  await ids("d", 2)
  await ids("c", 2)
  expect(searches()).toBe(3)
})
