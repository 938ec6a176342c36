import { Random } from "../../lib"
import { dot } from "../../retrieval"
import { product, rerankInput, TestCatalog } from "../../testing/planted-shop"
import type { Ranked } from "../ranker.port"
import { dpp } from "./dpp"
import { mmr } from "./mmr"
import { serendipity } from "./serendipity"

const LAMBDAS = [0, 0.2, 0.5, 0.8, 0.95, 1]

function unit(random: Random, dimensions: number): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, () => random.normal())
  const length = Math.sqrt(dot(vector, vector))
  return vector.map((value) => value / length)
}

/** Few items with scores that fall and vectors in all directions. */
function smallCase(random: Random, n: number) {
  const vectors = new Map(Array.from({ length: n }, (_, i) => [`p${i}`, unit(random, 4)]))
  let score = 1
  const items = [...vectors.keys()].map((id): Ranked => {
    score -= random.next() / n
    return { id, score, source: "any", features: [] }
  })
  return { items, vectorOf: (id: string) => vectors.get(id) }
}

type Case = ReturnType<typeof smallCase>

/** By Gaussian elimination. */
function determinant(matrix: number[][]): number {
  const rows = matrix.map((row) => [...row])
  let value = 1
  for (let at = 0; at < rows.length; at++) {
    value *= rows[at][at]
    for (let below = at + 1; below < rows.length; below++) {
      const factor = rows[below][at] / rows[at][at]
      for (let i = at; i < rows.length; i++) rows[below][i] -= factor * rows[at][i]
    }
  }
  return value
}

/** What DPP seeks the greatest of, from the whole set at once. */
function dppValue(set: readonly Ranked[], { items, vectorOf }: Case, lambda: number): number {
  const similarity = set.map((a) =>
    set.map((b) => (a === b ? 1 : (1 + dot(vectorOf(a.id)!, vectorOf(b.id)!)) / 2))
  )
  const relevance = set.reduce((sum, { score }) => sum + score / items[0].score, 0)
  return lambda * relevance + (lambda === 1 ? 0 : (1 - lambda) * Math.log(determinant(similarity)))
}

/** What MMR gains by an item. */
function mmrValue(taken: readonly Ranked[], one: Ranked, { items, vectorOf }: Case, lambda: number): number {
  const alike = taken.map(({ id }) => Math.max(0, dot(vectorOf(id)!, vectorOf(one.id)!)))
  return (lambda * one.score) / items[0].score - (1 - lambda) * Math.max(0, ...alike)
}

/** Tries every item that is left, at every step. */
function greedy(items: readonly Ranked[], limit: number, value: (taken: Ranked[], one: Ranked) => number) {
  const taken: Ranked[] = []
  while (taken.length < limit) {
    const rest = items.filter((one) => !taken.includes(one))
    const values = rest.map((one) => value(taken, one))
    taken.push(rest[values.indexOf(Math.max(...values))])
  }
  return taken.map(({ id }) => id)
}

function* subsets<T>(all: readonly T[], size: number, from = 0): Generator<T[]> {
  if (size === 0) return void (yield [])
  for (let i = from; i <= all.length - size; i++)
    for (const rest of subsets(all, size - 1, i + 1)) yield [all[i], ...rest]
}

describe.each(LAMBDAS)("with λ = %p", (setting) => {
  it("MMR takes what trying every item at every step takes", () => {
    const random = new Random(3)
    for (let round = 0; round < 100; round++) {
      const one = smallCase(random, 12)
      const got = mmr.rerank({ ...rerankInput(one.items), limit: 6, setting, vectorOf: one.vectorOf })
      const want = greedy(one.items, 6, (taken, item) => mmrValue(taken, item, one, setting))
      expect(got.map(({ id }) => id)).toEqual(want)
    }
  })

  it("DPP takes what trying every determinant at every step takes", () => {
    const random = new Random(4)
    for (let round = 0; round < 100; round++) {
      // Of four dimensions, (1 + cosine) / 2 has rank five: of more items every determinant is 0.
      const one = smallCase(random, 10)
      const got = dpp.rerank({ ...rerankInput(one.items), limit: 5, setting, vectorOf: one.vectorOf })
      const want = greedy(one.items, 5, (taken, item) => dppValue([...taken, item], one, setting))
      expect(got.map(({ id }) => id)).toEqual(want)
    }
  })

  it("DPP's set is better than nine in ten of all sets, and never better than the best", () => {
    const random = new Random(5)
    let beaten = 0
    let all = 0
    for (let round = 0; round < 30; round++) {
      const one = smallCase(random, 9)
      const got = dpp.rerank({ ...rerankInput(one.items), limit: 3, setting, vectorOf: one.vectorOf })
      const value = dppValue(got, one, setting)
      const values = [...subsets(one.items, 3)].map((set) => dppValue(set, one, setting))
      expect(value).toBeLessThanOrEqual(Math.max(...values) + 1e-9)
      beaten += values.filter((other) => other <= value + 1e-9).length
      all += values.length
    }
    expect(beaten / all).toBeGreaterThan(0.9)
  })
})

describe("dpp", () => {
  it("goes on in the ranker's order when nothing differs any more", () => {
    const items = ["a", "b", "c", "d"].map((id, i): Ranked => ({
      id,
      score: 1 - i / 10,
      source: "x",
      features: [],
    }))
    const vectorOf = () => new Float32Array([1, 0])
    const got = dpp.rerank({ ...rerankInput(items), setting: 0.3, vectorOf })
    expect(got.map(({ id }) => id)).toEqual(["a", "b", "c", "d"])
    expect(dpp.rerank({ ...rerankInput([]), limit: 3, setting: 0.3 })).toEqual([])
  })

  it("tells products without vectors apart by their categories", () => {
    const catalog = new TestCatalog(["a1", "a2", "b1"].map((id) => product(id, id[0])))
    const items = ["a1", "a2", "b1"].map((id, i): Ranked => ({
      id,
      score: 1 - i / 10,
      source: "x",
      features: [],
    }))
    const got = dpp.rerank({ ...rerankInput(items), limit: 2, setting: 0.5, catalog })
    expect(got.map(({ id }) => id)).toEqual(["a1", "b1"])
  })
})

describe("serendipity", () => {
  const catalog = new TestCatalog(["a1", "a2", "a3", "a4", "a5", "b1", "c1"].map((id) => product(id, id[0])))
  const ranked = ["a1", "a2", "a3", "a4", "b1", "c1"].map((id, i): Ranked => ({
    id,
    score: 1 - i / 10,
    source: "x",
    features: [],
  }))
  const order = (setting: number, seeds: string[]) =>
    serendipity.rerank({ ...rerankInput(ranked), limit: 4, setting, seeds, catalog }).map(({ id }) => id)

  it("gives its share of the slots to what fits and is unlike what the shopper knows", () => {
    expect(order(0.5, ["a5"])).toEqual(["a1", "b1", "a2", "c1"])
    expect(order(0.25, ["a5"])).toEqual(["a1", "a2", "a3", "b1"])
    expect(order(0, ["a5"])).toEqual(["a1", "a2", "a3", "a4"])
  })

  it("leaves the list alone where nothing is known of the shopper, or all is expected", () => {
    expect(order(0.5, [])).toEqual(["a1", "a2", "a3", "a4"])
    expect(order(0.5, ["a5", "b1", "c1"])).toEqual(["a1", "a2", "a3", "a4"])
  })
})
