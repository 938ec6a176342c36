import { NOBODY, type Shopper } from "../../features"
import { product, TestCatalog } from "../../testing/planted-shop"
import type { Knowledge, RetrievalQuery } from "../candidate-source"
import { SOURCES } from "../registry"
import { trailOf } from "../trail"

const knowledge: Knowledge = {
  catalog: new TestCatalog([product("a1", "a"), product("b1", "b")]),
  ask: () => [],
  follow: async () => [],
  pool: () => [],
  nearest: () => [],
  vectorOf: () => undefined,
  repeatDays: () => undefined,
  newest: () => ["a1", "b1"],
  inCategory: (id) => [`${id}1`],
}

const wholeOf = (query: Partial<RetrievalQuery>): RetrievalQuery => {
  const context = { now: 0, salesChannelIds: [] }
  const asked = { shopper: NOBODY, seeds: [], trending: [], limit: 5, context, ...query }
  return { ...asked, trail: trailOf(asked) }
}

const find = async (name: string, query: Partial<RetrievalQuery>, changed: Partial<Knowledge> = {}) => {
  const source = SOURCES.find((one) => one.name === name)!
  return source.retrieve(wholeOf(query), { ...knowledge, ...changed })
}

const shopper = (recent: [type: string, id: string][], session: string[] = []): Shopper => ({
  recent: recent.map(([type, productId], ts) => ({ type, productId, ts })),
  session,
  categoryAffinity: new Map([
    ["b", 1],
    ["a", 0.4],
  ]),
  shown: new Map(),
})

const idsOf = (found: { id: string }[]) => found.map(({ id }) => id)

describe("every source", () => {
  it("has a name and a registry line of its own", () => {
    expect(new Set(SOURCES.map(({ name }) => name)).size).toBe(SOURCES.length)
  })

  it.each(SOURCES)("bears a shop that knows nothing: $name", async ({ name }) => {
    const nothing = { newest: () => [], inCategory: () => [], catalog: new TestCatalog() }
    expect(
      await find(name, { seeds: ["gone"], shopper: shopper([["view_item", "lost"]], ["lost"]) }, nothing)
    ).toEqual(name === "recently-viewed" ? [{ id: "lost", score: 1 }] : [])
  })
})

describe("sequence", () => {
  it("asks with the visit, and brings nothing that was just seen", async () => {
    const visit = shopper([["view_item", "x"]], ["x", "y"])
    const follow: Knowledge["follow"] = async (session, k) =>
      ["y", `after-${session.join()}`, "more", "most"].slice(0, k).map((id, i) => ({ id, score: 1 - i / 10 }))
    const found = await find("sequence", { shopper: visit, limit: 2 }, { follow })
    expect(idsOf(found)).toEqual(["after-x,y", "more"])
    expect(await find("sequence", {}, { follow })).toEqual([])
  })
})

describe("user-factors", () => {
  const pool: Knowledge["pool"] = (model, history, k) =>
    ["a1", ...history, "b1", "c1"].slice(0, k).map((id, i) => ({ id: `${id}`, score: 1 - i / 10, model }))

  it("asks with what the shopper liked before this visit, and brings nothing that they have met", async () => {
    const history = shopper(
      [
        ["view_item", "x"],
        ["purchase", "y"],
        ["dislike", "no"],
        ["view_item", "b1"],
      ],
      ["b1"]
    )
    const asked: unknown[] = []
    const found = await find(
      "user-factors",
      { shopper: history, limit: 2 },
      {
        pool: (model, past, k) => {
          asked.push([model, past])
          return pool(model, past, k)
        },
      }
    )
    expect(asked).toEqual([["ials", ["x", "y"]]])
    expect(idsOf(found)).toEqual(["a1", "c1"])
  })

  it("leaves a first visit to the sources that follow it", async () => {
    const visit = shopper([["view_item", "x"]], ["x"])
    expect(await find("user-factors", { shopper: visit }, { pool })).toEqual([])
  })
})

describe("session-neighbours", () => {
  const ask: Knowledge["ask"] = (_, { session, history = [] }) =>
    (session ?? history).map((id) => ({ id: `after-${id}`, score: 1 }))

  it("asks with the session, else with the history, the page's product last", async () => {
    const history = shopper([
      ["view_item", "x"],
      ["add_to_cart", "y"],
      ["dislike", "no"],
      ["purchase", "x"],
    ])
    expect(idsOf(await find("session-neighbours", { shopper: history }, { ask }))).toEqual([
      "after-y",
      "after-x",
    ])
    const visit = shopper([["view_item", "x"]], ["p", "q"])
    const found = await find("session-neighbours", { shopper: visit, seeds: ["p"] }, { ask })
    expect(idsOf(found)).toEqual(["after-q", "after-p"])
  })

  it("leaves out what was just seen", async () => {
    const echo: Knowledge["ask"] = () => [
      { id: "p", score: 2 },
      { id: "new", score: 1 },
    ]
    expect(idsOf(await find("session-neighbours", { shopper: shopper([], ["p"]) }, { ask: echo }))).toEqual([
      "new",
    ])
  })
})

describe("sequential-rules", () => {
  it("names the page's product as the reason, and none when a whole visit speaks", async () => {
    const ask: Knowledge["ask"] = () => [{ id: "n", score: 1 }]
    expect(await find("sequential-rules", { seeds: ["p"], shopper: shopper([], ["v"]) }, { ask })).toEqual([
      { id: "n", score: 1, because: "p" },
    ])
    expect(await find("sequential-rules", { shopper: shopper([], ["v", "w"]) }, { ask })).toEqual([
      { id: "n", score: 1 },
    ])
  })
})

describe("recently-viewed", () => {
  it("shows views only, newest first, each once", async () => {
    const views = shopper([
      ["view_item", "x"],
      ["view_item", "y"],
      ["add_to_cart", "z"],
      ["view_item", "x"],
    ])
    expect(idsOf(await find("recently-viewed", { shopper: views }))).toEqual(["x", "y"])
  })
})

describe("popular-now", () => {
  it("calls nothing trending that hardly anybody looks at", async () => {
    const trending = [
      { id: "hit", score: 1 },
      { id: "some", score: 0.05 },
      { id: "one", score: 0.01 },
    ]
    expect(idsOf(await find("popular-now", { trending }))).toEqual(["hit", "some"])
  })
})

describe("category-affinity", () => {
  it("takes the page's category, else the shopper's, the best liked first", async () => {
    expect(idsOf(await find("category-affinity", { shopper: shopper([]) }))).toEqual(["b1", "a1"])
    expect(idsOf(await find("category-affinity", { shopper: shopper([]), seeds: ["a1"] }))).toEqual(["a1"])
  })
})

describe("popularity", () => {
  it("falls to what is popular now, then to what is new, and says so", async () => {
    const trending = [{ id: "t", score: 1 }]
    const ask: Knowledge["ask"] = () => [{ id: "p", score: 1 }]
    expect(await find("popularity", { trending }, { ask })).toEqual([{ id: "p", score: 1 }])
    expect(await find("popularity", { trending })).toEqual(trending)
    expect(await find("popularity", {})).toMatchObject([
      { id: "a1", reason: "new" },
      { id: "b1", reason: "new" },
    ])
  })
})

describe("content-similar", () => {
  /** On the unit circle, by degrees. */
  const angles: Record<string, number> = { a: 0, c: 20, d: 60, f: 80 }
  const vectorOf = (id: string) => {
    const angle = angles[id] === undefined ? undefined : (angles[id] * Math.PI) / 180
    return angle === undefined ? undefined : Float32Array.of(Math.cos(angle), Math.sin(angle))
  }
  const asked = async (query: Partial<RetrievalQuery>) => {
    const nearest = jest.fn(() => [{ id: "c", score: 1 }])
    const found = await find("content-similar", query, { nearest })
    return { found, nearest }
  }
  const source = SOURCES.find(({ name }) => name === "content-similar")!
  const explain = (id: string, query: Partial<RetrievalQuery>) =>
    source.explain!(id, wholeOf(query), { ...knowledge, vectorOf })

  it("asks for what is near the page's products, each as heavy as the other", async () => {
    const { found, nearest } = await asked({ seeds: ["a", "f"], limit: 3, shopper: shopper([], ["v"]) })
    expect(idsOf(found)).toEqual(["c"])
    expect(nearest.mock.calls).toEqual([
      [
        [
          { id: "f", weight: 1 },
          { id: "a", weight: 1 },
        ],
        3,
      ],
    ])
  })

  it("weighs what the shopper saw last the most, and asks nothing about nobody", async () => {
    const { nearest } = await asked({ shopper: shopper([], ["a", "f"]), limit: 2 })
    expect(nearest.mock.calls).toEqual([
      [
        [
          { id: "f", weight: 1 },
          { id: "a", weight: 0.5 },
        ],
        2,
      ],
    ])
    expect((await asked({})).nearest).not.toHaveBeenCalled()
  })

  it("says which of several is nearest", () => {
    expect(explain("c", { seeds: ["a", "f"] })).toBe("a")
    expect(explain("d", { seeds: ["a", "f", "unknown"] })).toBe("f")
    expect(explain("unknown", { seeds: ["a"] })).toBeUndefined()
  })
})
