import { Random } from "../lib"
import { TestIndex } from "../testing/planted-shop"
import type { Weighted } from "./candidate-source"
import { Neighbours } from "./neighbours"
import { VectorTable } from "./vector-table"
import { centreOf, dot } from "./vectors"

/** Products on the unit circle: the nearer, the better. */
function setUp(usual?: number, max?: number) {
  const index = Object.assign(new TestIndex(2), {
    searches: 0,
    release: undefined as (() => void) | undefined,
  })
  const search = index.search.bind(index)
  let hold = false
  index.search = async (query, k) => {
    index.searches++
    const found = await search(query, k)
    if (hold) await new Promise<void>((resolve) => (index.release = resolve))
    return found
  }
  const table = new VectorTable(2)
  const put = async (id: string, degrees: number) => {
    const angle = (degrees * Math.PI) / 180
    const vector = Float32Array.of(Math.cos(angle), Math.sin(angle))
    await index.add([id], vector)
    table.set(id, vector)
  }
  const remove = async (id: string) => {
    await index.remove([id])
    neighbours.removed([id])
    table.delete(id)
  }
  const neighbours = new Neighbours(index, table, usual, max)
  const near = async (names: string, k: number) =>
    (
      await neighbours.nearest(
        [...names].map((id, step) => ({ id, weight: 0.5 ** step })),
        k
      )
    ).map(({ id }) => id)
  return { index, table, put, remove, neighbours, near, hold: (on: boolean) => (hold = on) }
}

async function circle(usual?: number, max?: number) {
  const parts = setUp(usual, max)
  for (const [i, id] of [..."abcdefgh"].entries()) await parts.put(id, i * i)
  return parts
}

it("finds the nearest others, and searches once", async () => {
  const { near, index } = await circle()
  expect(await near("c", 2)).toEqual(["b", "a"])
  expect(await near("c", 1)).toEqual(["b"])
  expect(index.searches).toBe(1)
  expect(await near("c", 4)).toEqual(["b", "a", "d", "e"])
  expect(index.searches).toBe(2)
  expect(await near("?", 4)).toEqual([])
  expect(index.searches).toBe(2)
})

it("answers at once what it knows", async () => {
  const { neighbours, near } = await circle()
  await near("c", 2)
  expect(neighbours.nearest([{ id: "c", weight: 1 }], 2)).toHaveLength(2)
})

it("lets those who ask at the same time share a search", async () => {
  const { near, index } = await circle()
  const lists = await Promise.all([near("c", 2), near("c", 2), near("d", 2)])
  expect(lists[0]).toEqual(lists[1])
  expect(index.searches).toBe(2)
})

it("waits for the neighbours of the heaviest alone, and looks for those of the others when nobody waits", async () => {
  const { near, neighbours, index } = await circle()
  expect(await near("ah", 3)).toEqual(["d", "c", "b"])
  await neighbours.filled()
  expect(index.searches).toBe(2)
  expect(await near("ah", 3)).toEqual(["e", "d", "f"])
  expect(
    neighbours.nearest(
      [..."aeb"].map((id, step) => ({ id, weight: 0.5 ** step })),
      3
    )
  ).toHaveLength(2)
  await neighbours.filled()
  expect(index.searches).toBe(4)
})

it("warms up those that are named, so deep as is usual, and no search brings fewer", async () => {
  const { near, neighbours, index } = await circle(4)
  neighbours.warm("ce?")
  await neighbours.filled()
  expect(index.searches).toBe(2)
  neighbours.warm("c")
  await neighbours.filled()
  await near("c", 4)
  await near("b", 1)
  await near("b", 4)
  expect(index.searches).toBe(3)
})

it("does not look again for more than there are", async () => {
  const { near, index } = await circle()
  expect(await near("c", 20)).toHaveLength(7)
  expect(await near("c", 20)).toHaveLength(7)
  expect(index.searches).toBe(1)
})

it("does not bring what has gone, and remembers nothing that was being searched meanwhile", async () => {
  const { near, neighbours, index, hold, put, remove } = await circle()
  expect(await near("c", 2)).toEqual(["b", "a"])
  await remove("b")
  expect(await near("c", 2)).toEqual(["a", "d"])
  expect(await near("b", 2)).toEqual([])
  hold(true)
  const before = near("g", 2)
  await new Promise((resolve) => setImmediate(resolve))
  await remove("h")
  await put("x", 37)
  neighbours.changed(["x"])
  hold(false)
  index.release!()
  expect(await before).toEqual(["x", "f"])
  expect(await near("g", 2)).toEqual(["x", "f"])
})

it("does not take a product for the one whose place it has in the table", async () => {
  const { near, neighbours, put, remove } = await circle(2)
  expect(await near("c", 2)).toEqual(["b", "a"])
  await remove("b")
  await put("x", 80)
  neighbours.changed(["x"])
  await neighbours.filled()
  expect(await near("c", 2)).toEqual(["a", "d"])
  await remove("c")
  await put("y", 81)
  neighbours.changed(["y"])
  expect(await near("y", 2)).toEqual(["x", "h"])
})

it("searches again for those who had what has gone, when they are asked for, and for no others", async () => {
  const { near, neighbours, index, remove } = await circle(1)
  for (const id of "abcdefgh") await near(id, 1)
  const { searches } = index
  await remove("b")
  await neighbours.filled()
  expect(index.searches).toBe(searches)
  expect(await near("c", 1)).toEqual(["a"])
  expect(await near("a", 1)).toEqual(["c"])
  for (const id of "defgh") await near(id, 1)
  expect(index.searches).toBe(searches + 2)
})

it("puts a product that is new or has moved where it belongs in what it remembers", async () => {
  const { near, neighbours, index, put } = await circle(3)
  for (const id of "abcdefgh") await near(id, 3)
  const { searches } = index
  await put("x", 5)
  neighbours.changed(["x"])
  await neighbours.filled()
  expect(index.searches).toBe(searches + 1)
  expect(await near("c", 3)).toEqual(["x", "b", "a"])
  expect(await near("b", 3)).toEqual(["a", "c", "x"])
  await put("x", 17)
  neighbours.changed(["x"])
  await neighbours.filled()
  expect(await near("e", 3)).toEqual(["x", "d", "f"])
  // It is remembered still where it was, and stands there by what it is now.
  expect((await near("c", 3))[0]).toBe("b")
  expect(index.searches).toBe(searches + 2)
})

it("puts a product among its neighbours also when another change comes while it is searched", async () => {
  const { near, neighbours, index, hold, put } = await circle(3)
  for (const id of "abcdefgh") await near(id, 3)
  await put("x", 5)
  hold(true)
  neighbours.changed(["x"])
  for (let turn = 0; !index.release && turn < 100; turn++)
    await new Promise((resolve) => setImmediate(resolve))
  await put("y", 50)
  neighbours.changed(["y"])
  hold(false)
  index.release!()
  await neighbours.filled()
  expect(await near("c", 3)).toEqual(["x", "b", "a"])
})

it("looks through many that are known a part at a time", async () => {
  const { neighbours } = await circle(1)
  let read = 0
  neighbours.warm({
    *[Symbol.iterator]() {
      for (; read < 2_000; read++) yield "?"
    },
  })
  await new Promise((resolve) => setImmediate(resolve))
  await new Promise((resolve) => setImmediate(resolve))
  expect(read).toBeLessThan(2_000)
  await neighbours.filled()
  expect(read).toBe(2_000)
})

it("adds to the lists of a small shop, which hold all there is", async () => {
  const { near, neighbours, put } = await circle(20)
  expect(await near("a", 20)).toHaveLength(7)
  await put("x", 2)
  neighbours.changed(["x"])
  await neighbours.filled()
  expect(await near("a", 20)).toEqual([..."bxcdefgh"])
})

it("forgets all where many have changed", async () => {
  const { near, neighbours, index } = await circle()
  await near("c", 2)
  neighbours.changed(Array.from({ length: 201 }, (_, i) => `p${i}`))
  await neighbours.filled()
  await near("c", 2)
  expect(index.searches).toBe(2)
})

it("asks for several at a time where that costs no more than one", async () => {
  const { neighbours, index } = await circle(4)
  let [running, most] = [0, 0]
  const { search } = index
  index.search = async (query, k) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    return search(query, k)
  }
  Object.assign(index, { together: 3 })
  neighbours.warm("abcdefgh")
  await neighbours.filled()
  expect([index.searches, most]).toEqual([8, 3])
})

it("remembers no failure, and no more than it may", async () => {
  const { near, index } = await circle(0, 1)
  const { search } = index
  index.search = async () => Promise.reject(new Error("away"))
  await expect(near("c", 2)).rejects.toThrow("away")
  index.search = search
  await near("c", 2)
  await near("d", 2)
  await near("c", 2)
  expect(index.searches).toBe(3)
})

it("looks for nothing any more once it is closed", async () => {
  const { near, neighbours, index } = await circle()
  await near("ae", 3)
  await neighbours.close()
  const { searches } = index
  await near("bf", 3)
  await neighbours.filled()
  expect(index.searches).toBe(searches + 1)
})

it("chooses out of the neighbours of each what is nearest to their centre, as the plain way does", async () => {
  const random = new Random(3)
  const table = new VectorTable(8)
  const index = new TestIndex(8)
  const ids = Array.from({ length: 200 }, (_, i) => `p${i}`)
  for (const id of ids) {
    // Few directions, so that many products are equally near.
    const raw = Float32Array.from({ length: 8 }, () => random.int(3) - 1)
    raw[0] = 2
    const vector = raw.map((value) => value / Math.sqrt(dot(raw, raw)))
    table.set(id, vector)
    await index.add([id], vector)
  }
  const neighbours = new Neighbours(index, table)
  const vectorOf = (id: string) => table.get(id)
  for (let n = 0; n < 100; n++) {
    const products = Array.from({ length: 1 + random.int(4) }, (_, i): Weighted => ({
      id: `p${random.int(200)}`,
      weight: 0.5 ** i,
    }))
    await neighbours.nearest(products, 15)
    await neighbours.filled()
    const centre = centreOf(products, ({ id }) => vectorOf(id))!
    const union = new Set<string>()
    for (const { id, weight } of products) {
      const near = (await index.search(vectorOf(id)!, 16)).filter((one) => one.id !== id)
      // The first weighs 1 and is read to the end, the others as deep as they weigh.
      for (const found of near.slice(0, Math.max(10, Math.ceil(15 * weight)))) union.add(found.id)
    }
    const plain = [...union]
      .filter((id) => products.every((one) => one.id !== id))
      .map((id) => ({ id, score: dot(vectorOf(id)!, centre) }))
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
      .slice(0, 15)
    expect(await neighbours.nearest(products, 15)).toEqual(plain)
  }
})
