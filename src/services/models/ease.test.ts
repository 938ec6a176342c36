import { trainingFixture, fitContext, type FixtureSession } from "../testing/training-fixture"
import { Random } from "../lib"
import { ease } from "./ease"

/** Item-item weights by the paper's formula in 64-bit floats: −Pᵢⱼ/Pⱼⱼ with P = (XᵀX + λ)⁻¹, by Gauss–Jordan. */
function reference(sessions: readonly FixtureSession[], ids: readonly string[], ridge: number): number[][] {
  const n = ids.length
  const a = ids.map((_, i) => ids.map((_, j) => (i === j ? ridge : 0)))
  for (const { items } of sessions) {
    const set = [...new Set(items)].map((id) => ids.indexOf(id))
    for (const i of set) for (const j of set) a[i][j] += 1
  }
  const p = ids.map((_, i) => ids.map((_, j) => (i === j ? 1 : 0)))
  for (let k = 0; k < n; k++) {
    const pivot = a[k][k]
    for (let j = 0; j < n; j++) {
      a[k][j] /= pivot
      p[k][j] /= pivot
    }
    for (let i = 0; i < n; i++) {
      const factor = a[i][k]
      if (i === k) continue
      for (let j = 0; j < n; j++) {
        a[i][j] -= factor * a[k][j]
        p[i][j] -= factor * p[k][j]
      }
    }
  }
  return p.map((row, i) => row.map((value, j) => (i === j ? 0 : -value / p[j][j])))
}

const random = new Random(5)
const SESSIONS: FixtureSession[] = Array.from({ length: 200 }, () => {
  const taste = random.int(5)
  return { items: Array.from({ length: 2 + random.int(6) }, () => `p${(taste * 5 + random.int(8)) % 30}`) }
})
// All are seen together once, so that every item is a neighbour of every other.
SESSIONS.push({ items: Array.from({ length: 30 }, (_, i) => `p${i}`) })
const IDS = [...new Set(SESSIONS.flatMap(({ items }) => items))]

describe("EASE", () => {
  it.each([
    ["at once", { maxItems: 100 }],
    // A neighbourhood that holds all items leaves nothing out.
    ["by neighbourhoods that hold everything", { maxItems: 0, neighbours: 32 }],
  ])("weighs as the closed form does, %s", async (_, options) => {
    const model = ease.create({ ...options, regularization: 10, fading: 0, recommendLast: "never" })
    await model.fit(trainingFixture(SESSIONS), fitContext())
    const expected = reference(SESSIONS, IDS, 10)
    for (const query of [["p3"], ["p3", "p12", "p7"]]) {
      const sums = IDS.map((_, j) => query.reduce((sum, id) => sum + expected[IDS.indexOf(id)][j], 0))
      const list = model.recommend({ session: query }, 100)
      const named = IDS.filter((id, j) => sums[j] > 0 && id !== query.at(-1))
      expect(list.map(({ id }) => id).sort()).toEqual(named.sort())
      for (const { id, score } of list) expect(score).toBeCloseTo(sums[IDS.indexOf(id)], 5)
    }
  })

  it("keeps the largest weights when it is told to keep few", async () => {
    const [all, few] = [ease.create({ fading: 0 }), ease.create({ fading: 0, prune: 3 })]
    for (const model of [all, few]) await model.fit(trainingFixture(SESSIONS), fitContext())
    const list = few.recommend({ session: ["p3"] }, 100)
    expect(list.length).toBeLessThanOrEqual(3)
    expect(list).toEqual(all.recommend({ session: ["p3"] }, 100).slice(0, list.length))
  })

  it("lets the newest item of a session speak loudest", async () => {
    const sessions = Array.from({ length: 20 }, (_, i) => ({ items: i % 2 ? ["a", "x"] : ["b", "y"] }))
    const model = ease.create({ fading: 1, regularization: 1 })
    await model.fit(trainingFixture(sessions), fitContext())
    expect(model.recommend({ session: ["a", "b"] }, 1)[0].id).toBe("y")
    expect(model.recommend({ session: ["b", "a"] }, 1)[0].id).toBe("x")
  })

  it("costs no more for a shopper with a million events than for another one", async () => {
    const items = Array.from({ length: 3000 }, (_, i) => `p${i % 1500}`)
    const model = ease.create({ maxRowItems: 20, maxItems: 0, neighbours: 8 })
    await model.fit(trainingFixture([{ items, user: "busy" }]), fitContext())
    expect(model.recommend({ session: ["p1499"] }, 100).length).toBeLessThan(20)
    expect(model.recommend({ session: ["p0"] }, 100)).toEqual([])
  })
})
