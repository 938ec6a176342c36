import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { Random } from "../../services/lib"
import { clusteredVectors, nearest, vectorIndexContract } from "../../services/testing/vector-index.contract"
import { ExactVectorIndex } from "./exact-vector-index"

describe("ExactVectorIndex", () => {
  vectorIndexContract({ create: async (dimensions) => new ExactVectorIndex(dimensions), minRecall: 1 })

  it.each([1, 3, 4, 7, 16, 17, 64, 129, 512])("is exact in %i dimensions", async (d) => {
    const n = 300
    const ids = Array.from({ length: n }, (_, i) => `p${i}`)
    const vectors = clusteredVectors(new Random(d), n, d, 7)
    const index = new ExactVectorIndex(d)
    await index.build(ids, vectors)
    for (let q = 0; q < n; q += 29) {
      const query = vectors.slice(q * d, (q + 1) * d)
      const truth = nearest(ids, vectors, query, n)
      const result = await index.search(query, n)
      expect(result).toHaveLength(n)
      result.forEach(({ score }, rank) => expect(Math.abs(score - truth[rank].score)).toBeLessThan(1e-6))
    }
    await index.close()
  })

  it.each([0.003, 0.1, 3])(
    "is exact where neighbours differ by less than their sketches, spread %d",
    async (spread) => {
      const [n, d, k] = [3_001, 64, 9]
      const random = new Random(5)
      const centre = Array.from({ length: d }, () => random.next() - 0.5)
      const ids = Array.from({ length: n }, (_, i) => `p${i}`)
      const vectors = Float32Array.from(
        { length: n * d },
        (_, i) => centre[i % d] + spread * (random.next() - 0.5)
      )
      const index = new ExactVectorIndex(d)
      await index.build(ids, vectors)
      for (let q = 0; q < n; q += 100) {
        const query = vectors.slice(q * d, (q + 1) * d).map((value) => value + spread * (random.next() - 0.5))
        const truth = nearest(ids, vectors, query, k)
        const result = await index.search(query, k)
        result.forEach(({ score }, rank) => expect(Math.abs(score - truth[rank].score)).toBeLessThan(3e-7))
      }
      await index.close()
    }
  )

  it("uses the slots of removed vectors again", async () => {
    const index = new ExactVectorIndex(8)
    const vectors = clusteredVectors(new Random(1), 200, 8, 4)
    const ids = Array.from({ length: 200 }, (_, i) => `p${i}`)
    for (let round = 0; round < 50; round++) {
      await index.add(ids, vectors)
      await index.remove(ids)
    }
    expect(index.size).toBe(0)
    expect((index as unknown as { rows: { slots: number } }).rows.slots).toBe(200)
  })

  it("lets the event loop turn during a scan that is longer than its budget", async () => {
    const [n, d] = [40_000, 512]
    const index = new ExactVectorIndex(d)
    const vectors = new Float32Array(n * d).fill(1)
    await index.build(
      Array.from({ length: n }, (_, i) => `p${i}`),
      vectors
    )
    let done = false
    let turned = 0
    const turn = () => {
      turned++
      if (!done) setImmediate(turn)
    }
    setImmediate(turn)
    // A row that is replaced while the scan pauses comes back with its new score.
    const searching = index.search(vectors.slice(0, d), 10)
    await index.add(["p0"], new Float32Array(d).fill(-1))
    await searching.then((result) => {
      done = true
      expect(result.every(({ id, score }) => score > 0 || id === "p0")).toBe(true)
    })
    expect(turned).toBeGreaterThan(1)
    await index.close()
  })

  it("has a committed kernel that is what its source compiles to", () => {
    const script = join(__dirname, "../../../scripts/build-wasm.mjs")
    expect(() => execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" })).not.toThrow()
  })
})
