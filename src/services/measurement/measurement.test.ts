import type { RawDataset, RawSession } from "./dataset.port"
import type { Product } from "../features"
import { MODELS, type Model } from "../models"
import { fitContext, wordProduct } from "../testing/training-fixture"
import { evaluate } from "./evaluate"
import { split } from "./protocols"
import { cascade } from "./cascade"
import { ListQualityTally } from "./list-quality"
import { toTrainingData } from "./to-training-data"

const session = (at: number, items: string, more: Partial<RawSession> = {}): RawSession => ({
  items: [...items],
  times: [...items].map((_, i) => at + i),
  kind: "view",
  ...more,
})
const dataset = (sessions: RawSession[], more: Partial<RawDataset> = {}): RawDataset => ({
  name: "test",
  sessions,
  products: [],
  notes: [],
  ...more,
})
const options = { testShare: 0.5, seed: 1 }

describe("protocols", () => {
  it("next-item: every prefix of a test session asks for its next item", () => {
    const { train, examples } = split(
      dataset([session(0, "ab")], { testSessions: [session(9, "xyx"), session(8, "z")] }),
      "next-item",
      options
    )
    expect(train).toHaveLength(1)
    expect(examples).toEqual([
      { query: { session: ["x"] }, targets: ["y"], unit: 0 },
      { query: { session: ["x", "y"] }, targets: ["x"], unit: 0 },
    ])
  })

  it("next-item: holds out the newest sessions where there is no test set", () => {
    const { train, examples } = split(dataset([session(100, "cd"), session(0, "ab")]), "next-item", options)
    expect(train.map(({ items }) => items.join(""))).toEqual(["ab"])
    expect(examples.map(({ targets }) => targets[0])).toEqual(["d"])
  })

  it("leave-one-out: asks for the last item, learns from all but the last two, removes what was seen", () => {
    const { train, examples } = split(
      dataset([session(0, "abcd"), session(0, "ab")]),
      "leave-one-out",
      options
    )
    expect(train.map(({ items }) => items.join(""))).toEqual(["ab"])
    expect(examples).toEqual([
      { query: { history: ["a", "b", "c"] }, targets: ["d"], exclude: ["a", "b", "c"], unit: 0 },
    ])
  })

  const orders = [
    session(0, "ab", { user: "u", kind: "purchase", country: "DE" }),
    session(10, "c", { user: "v", kind: "purchase" }),
    session(20, "ad", { user: "u", kind: "purchase" }),
    session(30, "ae", { user: "u", kind: "purchase" }),
  ]

  it("temporal: what customers bought before asks for all that they bought after", () => {
    const { train, examples } = split(dataset(orders), "temporal", options)
    expect(train).toHaveLength(2)
    expect(examples).toEqual([
      {
        query: {
          history: ["a", "b"],
          purchases: { ids: ["a", "b"], at: [0, 1] },
          context: { country: "DE", now: 10_000 },
        },
        targets: ["a", "d", "e"],
        unit: 0,
      },
    ])
  })

  it("basket: asks for one item of a later order from the others", () => {
    const { examples } = split(dataset(orders), "basket", options)
    expect(examples).toHaveLength(2)
    for (const { query, targets, exclude } of examples) {
      expect([...query.seeds!, ...targets]).toHaveLength(2)
      expect(exclude).toEqual(query.seeds)
    }
  })

  it("says when there is nothing to ask", () => {
    expect(() => split(dataset([session(0, "a")]), "next-item", options)).toThrow(
      expect.objectContaining({ code: "invalid_input", message: expect.stringContaining("next-item") })
    )
  })
})

describe("toTrainingData", () => {
  it("keeps sessions, users, countries, and orders as baskets", () => {
    const data = toTrainingData(
      [session(50, "ab", { user: "u", country: "DE", kind: "purchase" }), session(0, "cc")],
      []
    )
    expect(data.interactions.itemIds).toEqual(["a", "b", "c"])
    expect([...data.interactions.item]).toEqual([2, 2, 0, 1])
    expect([...data.interactions.user]).toEqual([-1, -1, 0, 0])
    expect([...data.interactions.country!]).toEqual([-1, -1, 0, 0])
    expect([...data.baskets.item]).toEqual([0, 1])
    expect(data.asOf).toBe(51_000)
  })
})

describe("evaluate", () => {
  /** A model that always answers the same. */
  const fixed = (name: string, ids: string[], score = (rank: number) => 1 / (rank + 1)): Model => ({
    name,
    fit() {},
    recommend: (_query, k) => ids.slice(0, k).map((id, rank) => ({ id, score: score(rank) })),
    save: () => ({ meta: {}, arrays: {} }),
    load() {},
  })
  const train = toTrainingData([session(0, "abcd")], [])
  const examples = [
    { query: {}, targets: ["a"], unit: 0 },
    { query: {}, targets: ["b"], unit: 1 },
    { query: {}, targets: ["z"], unit: 1 },
  ]
  const common = { k: 2, seed: 1, baseline: "base", now: () => 0 }

  it("averages over all examples, a target that no list holds among them", async () => {
    const [result] = await evaluate([fixed("base", ["a", "b", "c"])], train, examples, common)
    expect(result.metrics.hr.mean).toBeCloseTo(2 / 3, 12)
    expect(result.metrics.mrr.mean).toBeCloseTo((1 + 0.5) / 3, 12)
    expect(result.quality.coverage).toBe(0.5)
    expect(result.overBaseline).toBeUndefined()
  })

  it("tells segments apart, and leaves out those that hold all or nothing", async () => {
    const asked = [
      { query: { session: ["a"] }, targets: ["a"], unit: 0 },
      { query: { session: ["a", "b", "c"] }, targets: ["z"], unit: 1 },
    ]
    const [{ segments }] = await evaluate([fixed("base", ["a", "b"])], train, asked, common)
    expect(segments.map(({ segment, metrics }) => [segment, metrics.hr.mean])).toEqual([
      ["asked from 1–2 items", 1],
      ["asked from 3–5 items", 0],
    ])
  })

  it("times every list", async () => {
    let now = 0
    const slow = { ...fixed("base", ["a"]), recommend: () => ((now += 0.002), []) }
    const [{ milliseconds }] = await evaluate([slow], train, examples, { ...common, now: () => now })
    for (const name of ["mean", "p50", "p90", "p99"] as const) expect(milliseconds[name]).toBeCloseTo(2, 9)
  })

  it("sees a tie across the cut", async () => {
    const [result] = await evaluate([fixed("base", ["a", "b", "c"], () => 1)], train, examples, common)
    expect(result.metrics.hr.mean).toBe(0)
  })

  it("compares with the baseline in pairs", async () => {
    const models = [fixed("base", ["c"]), fixed("same", ["c"]), fixed("better", ["a", "b"])]
    const [, same, better] = await evaluate(models, train, examples, common)
    expect(same.overBaseline!.hr).toEqual({ mean: 0, low: 0, high: 0 })
    expect(better.overBaseline!.hr.mean).toBeCloseTo(2 / 3, 12)
  })

  it("removes what the protocol excludes without shortening the list", async () => {
    const lists: string[][] = []
    const onList = (_model: string, list: readonly { id: string }[]) =>
      void lists.push(list.map(({ id }) => id))
    const excluded = [{ query: {}, targets: ["d"], exclude: ["a", "b"], unit: 0 }]
    await evaluate([fixed("base", ["a", "b", "c", "d"])], train, excluded, { ...common, onList })
    expect(lists).toEqual([["c", "d"]])
  })

  it("counts lists with nothing in them", async () => {
    expect((await evaluate([fixed("base", [])], train, examples, common))[0].empty).toBe(3)
  })
})

describe("ListQualityTally", () => {
  const tally = (sessions: RawSession[], lists: string[][], products: Product[] = []) => {
    const quality = new ListQualityTally(toTrainingData(sessions, products))
    for (const list of lists) quality.add(list.map((id) => ({ id, score: 1 })))
    return quality.result()
  }

  it("weighs what is shown by how rarely it is met", () => {
    const data = [session(0, "aaaaaabc")]
    expect(tally(data, [["a"]]).novelty).toBeCloseTo(-Math.log2(6 / 8), 12)
    expect(tally(data, [["b", "c"]]).novelty).toBeCloseTo(3, 12)
    expect(tally(data, [["a"]]).popularityBias).toBe(1)
    expect(tally(data, [["b"]]).popularityBias).toBe(0)
  })

  it("counts what is never shown in coverage and Gini index", () => {
    const data = [session(0, "abcd")]
    expect(tally(data, [["a"], ["a"]])).toMatchObject({ coverage: 0.25, gini: 0.75 })
    expect(
      tally(data, [
        ["a", "b"],
        ["c", "d"],
      ])
    ).toMatchObject({ coverage: 1, gini: 0 })
    expect(tally(data, [[]])).toMatchObject({ coverage: 0, novelty: 0, gini: 0 })
  })

  it("compares categories within a list", () => {
    const of = (id: string, ...names: string[]) =>
      wordProduct(id, id, { categories: names.map((name) => ({ id: name, name })) })
    const products = [of("a", "x", "y"), of("b", "x", "y"), of("c", "x", "z")]
    const data = [session(0, "abc")]
    expect(tally(data, [["a", "b"]], products).diversity).toBe(0)
    expect(tally(data, [["a", "c"]], products).diversity).toBeCloseTo(2 / 3, 12)
    expect(tally(data, [["a", "c"]]).diversity).toBeUndefined()
  })
})

describe("cascade", () => {
  it("names the second's items behind the first's", async () => {
    const names = ["popularity", "buy-again"]
    const definitions = names.map((name) => MODELS.find((model) => model.name === name)!)
    const model = cascade(definitions.reverse(), {})
    const orders = [0, 1, 2, 3].map((n) =>
      session(n * 864_000, n % 2 ? "ab" : "ac", { user: "u", kind: "purchase" })
    )
    await model.fit(toTrainingData(orders, []), fitContext())
    const query = { purchases: { ids: ["c", "c"], at: [0, 1_728_000] } }
    expect(model.name).toBe("buy-again+popularity")
    expect(model.recommend(query, 3).map(({ id }) => id)).toEqual(["c", "a", "b"])
    expect(model.recommend({}, 2).map(({ id }) => id)).toEqual(["a", "b"])
  })
})
