import { PersonalizationError, Random } from "../lib"
import type { VectorIndex } from "../retrieval"

/** What the suite needs of an adapter. */
export interface VectorIndexHarness {
  create(dimensions: number): Promise<VectorIndex>
  /** Resolves when the adapter answers by its own means, for those that need time after a write. */
  settled?(index: VectorIndex): Promise<void>
  /** Share of the true top 20 that must be found. */
  minRecall: number
}

/** `count` unit-ish vectors around `clusters` centres: what embeddings of a catalogue look like. */
export function clusteredVectors(
  random: Random,
  count: number,
  dimensions: number,
  clusters: number,
  spread = 0.5
): Float32Array {
  const centres = Float64Array.from({ length: clusters * dimensions }, () => random.normal())
  const vectors = new Float32Array(count * dimensions)
  for (let row = 0; row < count; row++) {
    const centre = random.int(clusters) * dimensions
    for (let i = 0; i < dimensions; i++) {
      vectors[row * dimensions + i] = centres[centre + i] + spread * random.normal()
    }
  }
  return vectors
}

/** Ids and cosines of the nearest `k`, in 64-bit floats: what every index is measured against. */
export function nearest(
  ids: readonly string[],
  vectors: Float32Array,
  query: Float32Array,
  k: number
): { id: string; score: number }[] {
  const d = query.length
  const length = (from: ArrayLike<number>, at: number) => {
    let sum = 0
    for (let i = at; i < at + d; i++) sum += from[i] ** 2
    return Math.sqrt(sum)
  }
  const queryLength = length(query, 0)
  const scored = ids.map((id, row) => {
    let dot = 0
    for (let i = 0; i < d; i++) dot += query[i] * vectors[row * d + i]
    return { id, score: dot / (queryLength * length(vectors, row * d) || 1) }
  })
  return scored.sort((a, b) => b.score - a.score).slice(0, k)
}

/** What every `VectorIndex` must do; call it inside a `describe`. */
export function vectorIndexContract(harness: VectorIndexHarness): void {
  const D = 10
  let index: VectorIndex
  const open = async (dimensions = D) => (index = await harness.create(dimensions))
  const settle = () => harness.settled?.(index)
  const names = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `prod_${from + i}`)
  const row = (vectors: Float32Array, i: number, d = D) => vectors.slice(i * d, (i + 1) * d)
  const axis = (at: number, value = 1) => Float32Array.from({ length: D }, (_, i) => (i === at ? value : 0))
  const found = async (query: Float32Array, k: number) => (await index.search(query, k)).map(({ id }) => id)

  afterEach(() => index?.close())

  it("is empty at first", async () => {
    await open()
    expect(index.size).toBe(0)
    expect(await index.search(axis(0), 5)).toEqual([])
    await index.build([], new Float32Array(0))
    expect(await index.search(axis(0), 5)).toEqual([])
  })

  it("finds the nearest by cosine, best first, whatever the vectors' lengths", async () => {
    await open()
    const vectors = Float32Array.of(
      ...axis(0, 3),
      ...axis(1, 0.01),
      ...axis(0).map((v, i) => v + (i === 1 ? 1 : 0))
    )
    await index.build(["a", "b", "ab"], vectors)
    await settle()
    const result = await index.search(axis(0, 7), 3)
    expect(result.map(({ id }) => id)).toEqual(["a", "ab", "b"])
    expect(result[0].score).toBeCloseTo(1, 5)
    expect(result[1].score).toBeCloseTo(Math.SQRT1_2, 5)
    expect(result[2].score).toBeCloseTo(0, 5)
    expect(await found(axis(1), 1)).toEqual(["b"])
  })

  it("brings at most k and at most what there is", async () => {
    await open()
    await index.build(names(7), clusteredVectors(new Random(3), 7, D, 2))
    await settle()
    expect(await index.search(axis(0), 4)).toHaveLength(4)
    expect(await index.search(axis(0), 100)).toHaveLength(7)
    expect(await index.search(axis(0), 0)).toEqual([])
    expect(await index.search(axis(0), -1)).toEqual([])
    expect(await index.search(new Float32Array(D), 4)).toEqual([])
  })

  it("agrees with 64-bit arithmetic on ids and scores", async () => {
    const [d, n] = [30, 2_000]
    await open(d)
    const vectors = clusteredVectors(new Random(5), n, d, 40)
    await index.build(names(n), vectors)
    await settle()
    let hits = 0
    for (let q = 0; q < 50; q++) {
      const query = row(vectors, q * 37, d)
      const truth = nearest(names(n), vectors, query, 20)
      const scores = new Map(nearest(names(n), vectors, query, n).map(({ id, score }) => [id, score]))
      const result = await index.search(query, 20)
      for (const { id, score } of result)
        expect(Math.abs(score - (scores.get(id) as number))).toBeLessThan(1e-5)
      hits += result.filter(({ id }) => truth.some((one) => one.id === id)).length
    }
    expect(hits / (50 * 20)).toBeGreaterThanOrEqual(harness.minRecall)
  })

  it("adds, replaces and removes, searchable at once", async () => {
    await open()
    await index.build(["a", "b"], Float32Array.of(...axis(0), ...axis(1)))
    await settle()
    await index.add(["c", "a"], Float32Array.of(...axis(2), ...axis(3)))
    expect(index.size).toBe(3)
    expect(await found(axis(2), 1)).toEqual(["c"])
    expect(await found(axis(3), 1)).toEqual(["a"])
    expect((await index.search(axis(0), 3))[0].score).toBeCloseTo(0, 5)
    await index.remove(["c", "unknown"])
    expect(index.size).toBe(2)
    expect((await found(axis(2), 10)).sort()).toEqual(["a", "b"])
    await index.add(["d"], axis(2))
    expect(await found(axis(2), 1)).toEqual(["d"])
  })

  it("never brings a removed one, even when most are removed", async () => {
    await open()
    const vectors = clusteredVectors(new Random(8), 600, D, 6)
    await index.build(names(600), vectors)
    await settle()
    await index.remove(names(500))
    for (let q = 0; q < 600; q += 60) {
      const result = await found(row(vectors, q), 30)
      expect(result).toHaveLength(30)
      expect(result.every((id) => Number(id.slice(5)) >= 500)).toBe(true)
    }
  })

  it("takes the last of an id that is given twice", async () => {
    await open()
    await index.build(["a", "b", "a"], Float32Array.of(...axis(0), ...axis(1), ...axis(2)))
    await settle()
    expect(index.size).toBe(2)
    expect(await found(axis(2), 1)).toEqual(["a"])
  })

  it("grows from nothing by additions", async () => {
    await open()
    const vectors = clusteredVectors(new Random(9), 3_000, D, 10)
    for (let i = 0; i < 3_000; i += 250) {
      await index.add(names(250, i), vectors.slice(i * D, (i + 250) * D))
    }
    expect(index.size).toBe(3_000)
    expect(await found(row(vectors, 2_900), 1)).toEqual(["prod_2900"])
    expect(await found(row(vectors, 3), 1)).toEqual(["prod_3"])
  })

  it("replaces all content by a build, and keeps what is added while it runs", async () => {
    await open()
    await index.build(["old"], axis(0))
    await settle()
    const vectors = clusteredVectors(new Random(10), 3_000, D, 10)
    const building = index.build(names(3_000), vectors)
    const adding = index.add(["late"], axis(0, -1))
    const meanwhile = await index.search(axis(0), 1)
    expect(meanwhile).toHaveLength(1)
    await Promise.all([building, adding])
    expect(index.size).toBe(3_001)
    expect(await found(axis(0, -1), 1)).toEqual(["late"])
    expect(await found(axis(0), 3_001)).not.toContain("old")
  })

  it("answers searches that run while it is written", async () => {
    await open()
    const vectors = clusteredVectors(new Random(11), 2_000, D, 10)
    await index.build(names(1_000), vectors.slice(0, 1_000 * D))
    const writes = [
      index.add(names(1_000, 1_000), vectors.slice(1_000 * D)),
      index.remove(names(500)),
      index.build(names(2_000), vectors),
    ]
    const searches = Array.from({ length: 40 }, (_, i) => index.search(row(vectors, 600 + i), 5))
    for (const result of await Promise.all(searches)) {
      expect(result).toHaveLength(5)
      expect(new Set(result.map(({ id }) => id)).size).toBe(5)
    }
    await Promise.all(writes)
    expect(index.size).toBe(2_000)
  })

  it("refuses wrong shapes and values that are not finite, and stays as it was", async () => {
    await open()
    await index.build(["a"], axis(0))
    const refused = async (work: Promise<unknown>) => {
      const error = await work.then(
        () => undefined,
        (reason: unknown) => reason
      )
      expect(error).toBeInstanceOf(PersonalizationError)
      expect((error as PersonalizationError).code).toBe("invalid_input")
    }
    await refused(index.add(["b"], new Float32Array(D - 1)))
    await refused(index.build(["b", "c"], new Float32Array(D)))
    await refused(index.add(["b", "c"], Float32Array.of(...axis(1), ...axis(1, NaN))))
    await refused(index.search(new Float32Array(D + 1), 1))
    await refused(index.search(axis(0, Infinity), 1))
    expect(index.size).toBe(1)
    expect(await found(axis(0), 5)).toEqual(["a"])
  })

  it("keeps a vector without direction at score 0", async () => {
    await open()
    await index.build(["zero", "a"], Float32Array.of(...new Float32Array(D), ...axis(0)))
    await settle()
    expect(await index.search(axis(0), 5)).toEqual([
      { id: "a", score: expect.closeTo(1, 5) },
      { id: "zero", score: 0 },
    ])
  })

  it("is empty after close", async () => {
    await open()
    await index.build(["a"], axis(0))
    await index.close()
    expect(index.size).toBe(0)
    expect(await index.search(axis(0), 1)).toEqual([])
  })
}
