import type { RawDataset, RawSession } from "./dataset.port"
import type { Model } from "../models"
import { evaluate } from "./evaluate"
import { split } from "./protocols"
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
    expect(result.coverage).toBe(0.5)
    expect(result.overBaseline).toBeUndefined()
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
