import { NOBODY, ProductCards } from "../features"
import type { Candidate } from "../retrieval"
import { product, rerankInput, TestCatalog } from "../testing/planted-shop"
import { BlendRanker, gather, RANK_FEATURES, type RankCandidates, type Ranked } from "."
import { mmr } from "./rerankers/mmr"

const affinity = RANK_FEATURES.filter(({ name }) => name === "affinity")

const question = {
  placement: "any",
  shopper: NOBODY,
  context: { now: 0, salesChannelIds: [] },
  catalog: new TestCatalog([]),
  seeds: [],
  features: affinity,
  situation: {},
}

const list = (...ids: string[]) => ids.map((id, i) => ({ id, score: 100 - i }))

/** Cards of whatever is asked for; `hidden` may not be shown. */
function gathered(
  answers: ReadonlyMap<string, Candidate[]>,
  sources: readonly { name: string }[],
  affinity = (_: string) => 0
) {
  const cards = new ProductCards()
  for (const list of answers.values()) for (const { id } of list) cards.put(product(id, id))
  const admit = ({ id }: { id: string }) => (id === "hidden" ? -1 : cards.numberOf(id))
  return gather({ answers, sources, admit, features: [(_, id) => affinity(id)], end: cards.end })
}

/** Product → what the first of `width` sources said. */
const firstVotes = ({ ids, votes }: RankCandidates, width: number) =>
  ids.map((id, i) => [id, votes[i * width]])

function rank(
  answers: Record<string, { id: string; score: number; because?: string }[]>,
  weights: Record<string, number>
) {
  const sources = Object.entries(weights).map(([name, weight]) => ({ name, weight }))
  return new BlendRanker().rank({
    candidates: gathered(new Map(Object.entries(answers)), sources),
    sources,
    wanted: 100,
    ...question,
  })
}

describe("gather", () => {
  it("counts the order within a source, not its scale, and gives ties the same vote", () => {
    const answers = new Map([
      [
        "counts",
        [
          { id: "a", score: 90_000 },
          { id: "b", score: 3 },
          { id: "c", score: 3 },
          { id: "d", score: 1 },
        ],
      ],
      [
        "cosine",
        [
          { id: "a", score: 0.901 },
          { id: "b", score: 0.9 },
        ],
      ],
    ])
    const votes = Object.fromEntries(
      firstVotes(gathered(answers, [{ name: "counts" }, { name: "cosine" }]), 2)
    )
    expect(votes).toEqual({ a: 1, b: 20 / 21, c: 20 / 21, d: 20 / 23 })
  })

  it("gives places only to what may be shown, and each product one vote a source", () => {
    const answers = new Map([["one", [...list("hidden", "a", "a", "b")]]])
    expect(firstVotes(gathered(answers, [{ name: "one" }]), 1)).toEqual([
      ["a", 1],
      ["b", 20 / 21],
    ])
  })
})

describe("BlendRanker", () => {
  it("prefers what several sources name, and names the strongest of them", () => {
    const [first] = rank({ knn: list("a", "both"), rules: list("b", "both") }, { knn: 1, rules: 0.5 })
    expect(first).toMatchObject({ id: "both", source: "knn" })
    expect(first.features).toEqual([20 / 21, 20 / 21, 0, expect.closeTo(20 / 21, 12)])
  })

  it("brings no more than are wanted, the best of them", () => {
    const sources = [{ name: "one", weight: 1 }]
    const candidates = gathered(new Map([["one", list("c", "a", "b")]]), sources)
    const input = {
      candidates,
      sources,
      ...question,
      wanted: 2,
    }
    expect(new BlendRanker().rank(input).map(({ id }) => id)).toEqual(["c", "a"])
  })

  it("breaks ties by id and gives equal input equal output", () => {
    const answers = { one: list("z"), two: list("a") }
    const once = rank(answers, { one: 1, two: 1 })
    expect(once.map(({ id }) => id)).toEqual(["a", "z"])
    expect(rank({ two: list("a"), one: list("z") }, { one: 1, two: 1 })).toEqual(once)
  })

  it("tips a close race, not a clear one, to the category the shopper likes", () => {
    const sources = [{ name: "one", weight: 1 }]
    const candidates = gathered(
      new Map([["one", list("a", "b", ...Array.from({ length: 60 }, (_, i) => `x${i}`), "liked")]]),
      sources,
      (id) => (id === "b" || id === "liked" ? 1 : 0)
    )
    const input = {
      candidates,
      sources,
      wanted: 100,
      ...question,
    }
    const order = new BlendRanker().rank(input).map(({ id }) => id)
    expect(order.slice(0, 2)).toEqual(["b", "a"])
    expect(order.indexOf("liked")).toBeGreaterThan(20)
  })
})

describe("mmr", () => {
  const catalog = new TestCatalog(["a1", "a2", "a3", "b1"].map((id) => product(id, id[0])))
  const items = ["a1", "a2", "a3", "b1"].map((id, i): Ranked => ({
    id,
    score: 1 - i * 0.1,
    source: "knn",
    features: [],
  }))
  const order = (setting: number, vectorOf = (_: string): Float32Array | undefined => undefined) =>
    mmr.rerank({ ...rerankInput(items), limit: 3, setting, catalog, vectorOf }).map(({ id }) => id)

  it("keeps the ranker's order at 1 and takes the other category earlier below it", () => {
    expect(order(1)).toEqual(["a1", "a2", "a3"])
    expect(order(0.7)).toEqual(["a1", "b1", "a2"])
  })

  it("measures likeness by the vectors where there are some", () => {
    const vectors: Record<string, number[]> = { a1: [1, 0], a2: [0, 1], a3: [1, 0], b1: [1, 0] }
    expect(order(0.6, (id) => new Float32Array(vectors[id]))).toEqual(["a1", "a2", "a3"])
  })

  it("bears a list whose scores are all 0, and an empty one", () => {
    const flat = items.map((item) => ({ ...item, score: 0 }))
    const same = { limit: 3, setting: 0.5, catalog }
    expect(mmr.rerank({ ...rerankInput(flat), ...same })).toHaveLength(3)
    expect(mmr.rerank({ ...rerankInput([]), ...same })).toEqual([])
  })
})
