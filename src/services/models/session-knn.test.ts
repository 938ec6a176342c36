import { Random, type Scored } from "../lib"
import { fitContext, trainingFixture } from "../testing/training-fixture"
import type { Model } from "./model"
import { vmisKnn, vstan } from "./session-knn"

/** Serenade's options: linear decays, idf as a factor. */
const CLASSIC = {
  positionWeight: "linear",
  sessionIdf: false,
  matchWeight: "linear",
  distanceScale: 0,
  idfMode: "times",
  recencyScale: 0,
}

function randomSessions(seed: number, sessions: number, items: number): string[][] {
  const random = new Random(seed)
  return Array.from({ length: sessions }, () =>
    Array.from({ length: 1 + random.int(7) }, () => `i${Math.floor(items * random.next() ** 2)}`)
  )
}

/** Serenade's algorithm written down plainly, in doubles, over all sessions at once. */
function bruteForce(
  sessions: string[][],
  session: string[],
  m: number,
  k: number,
  lastItems: number
): Map<string, number> {
  const query = session.slice(-lastItems)
  const sets = sessions.map((items) => new Set(items))
  const pairs = sets.reduce((sum, set) => sum + set.size, 0)
  const idf = (item: string) => Math.log(pairs / sets.filter((set) => set.has(item)).length)
  const candidates = sets
    .map((set, recency) => ({ set, recency }))
    .filter(({ set }) => query.some((item) => set.has(item)))
    .sort((a, b) => b.recency - a.recency)
    .slice(0, m)
    .map(({ set, recency }) => {
      let similarity = 0
      new Set(query).forEach((item) => {
        if (set.has(item)) similarity += (query.lastIndexOf(item) + 1) / query.length
      })
      const step = [...query].reverse().findIndex((item) => set.has(item)) + 1
      return { set, recency, similarity, step }
    })
    .sort((a, b) => b.similarity - a.similarity || b.recency - a.recency)
    .slice(0, k)
  const scores = new Map<string, number>()
  for (const { set, similarity, step } of candidates) {
    for (const item of set) {
      scores.set(item, (scores.get(item) ?? 0) + similarity * Math.max(0, 1 - step / 10) * idf(item))
    }
  }
  scores.delete(query[query.length - 1])
  return scores
}

describe("vmis-knn", () => {
  it.each([
    { m: 500, k: 50, lastItems: 2 },
    { m: 20, k: 5, lastItems: 4 },
    { m: 7, k: 7, lastItems: 3 },
    { m: 1, k: 1, lastItems: 1 },
  ])(
    "agrees with the algorithm written down plainly: $m sessions, $k neighbours, $lastItems items",
    (size) => {
      const sessions = randomSessions(11, 400, 30)
      const model = vmisKnn.create({ ...CLASSIC, ...size, recommendLast: "never" })
      void model.fit(trainingFixture(sessions.map((items) => ({ items }))), fitContext())
      const questions = randomSessions(12, 100, 30)
      for (const session of questions) {
        const expected = bruteForce(sessions, session, size.m, size.k, size.lastItems)
        const list = model.recommend({ session }, 1000)
        expect(list.map(({ id }) => id).sort()).toEqual([...expected.keys()].sort())
        for (const { id, score } of list) expect(score).toBeCloseTo(expected.get(id)!, 9)
      }
    }
  )

  it("lets newer sessions count more when told so", () => {
    const sessions = [
      { items: ["a", "old"] },
      { items: ["a", "old"] },
      ...Array(20).fill({ items: ["x"] }),
      { items: ["a", "new"] },
    ]
    const first = (recencyScale: number) => {
      const model = vmisKnn.create({ recencyScale, idfWeighting: 0 })
      void model.fit(trainingFixture(sessions), fitContext())
      return model.recommend({ session: ["a"] }, 1)[0].id
    }
    expect(first(0)).toBe("old")
    expect(first(0.2)).toBe("new")
  })

  it("prefers what stood near the shared item", () => {
    const model = vmisKnn.create({ distanceScale: 1, idfWeighting: 0, recencyScale: 0 })
    void model.fit(trainingFixture([{ items: ["far", "b", "c", "a", "near"] }]), fitContext())
    const scores = new Map(model.recommend({ session: ["a"] }, 5).map(({ id, score }) => [id, score]))
    expect(scores.get("near")! / scores.get("far")!).toBeCloseTo(Math.exp(2), 9)
  })

  it("recommends the last item again only where sessions stay on an item", () => {
    const fit = (sessions: string[][]) => {
      const model = vmisKnn.create()
      void model.fit(trainingFixture(sessions.map((items) => ({ items }))), fitContext())
      return model.recommend({ session: ["a"] }, 9).map(({ id }) => id)
    }
    expect(
      fit([
        ["a", "b"],
        ["a", "b"],
      ])
    ).toEqual(["b"])
    expect(
      fit([
        ["a", "a", "b"],
        ["a", "b"],
      ])
    ).toContain("a")
  })
})

describe("a session inserted without a fit", () => {
  it.each([vmisKnn, vstan])("gives the same lists as a fit on all of them: $name", (definition) => {
    const sessions = randomSessions(11, 400, 60)
    const grown = definition.create({ m: 40, k: 20 })
    const fitted = definition.create({ m: 40, k: 20 })
    void grown.fit(trainingFixture(sessions.slice(0, 300).map((items) => ({ items }))), fitContext())
    void fitted.fit(trainingFixture(sessions.map((items) => ({ items }))), fitContext())
    for (const items of sessions.slice(300)) (grown as Grows).insert(items)
    const reloaded = definition.create({ m: 40, k: 20 })
    reloaded.load(structuredClone(grown.save()))
    for (const items of randomSessions(12, 40, 60)) {
      const expected = byId(fitted.recommend({ session: items }, 30))
      expect(expected.size).toBeGreaterThan(0)
      for (const model of [grown, reloaded]) {
        const found = byId(model.recommend({ session: items }, 30))
        expect([...found.keys()].sort()).toEqual([...expected.keys()].sort())
        for (const [id, score] of found) expect(score).toBeCloseTo(expected.get(id)!, 9)
      }
    }
  })

  it("makes an item known that the fit had not seen", () => {
    const model = vmisKnn.create() as Grows
    void model.fit(trainingFixture([{ items: ["a", "b"] }, { items: ["b", "c"] }]), fitContext())
    model.insert(["a", "new"])
    expect(model.recommend({ session: ["a"] }, 5).map(({ id }) => id)).toContain("new")
    expect(model.recommend({ session: ["new"] }, 5).map(({ id }) => id)).toEqual(["a"])
  })
})

type Grows = Model & { insert(session: readonly string[]): void }
const byId = (list: readonly Scored[]) => new Map(list.map(({ id, score }) => [id, score]))
