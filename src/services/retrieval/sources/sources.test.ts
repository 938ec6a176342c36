import { NOBODY, type Shopper } from "../../features"
import { product, TestCatalog } from "../../testing/planted-shop"
import type { Knowledge, RetrievalQuery } from "../candidate-source"
import { SOURCES } from "../registry"

const knowledge: Knowledge = {
  catalog: new TestCatalog([product("a1", "a"), product("b1", "b")]),
  ask: () => [],
  neighbours: async (ids) => ids.map(() => []),
  vectorOf: () => undefined,
  newest: () => ["a1", "b1"],
  inCategory: (id) => [`${id}1`],
}

const find = async (name: string, query: Partial<RetrievalQuery>, changed: Partial<Knowledge> = {}) => {
  const source = SOURCES.find((one) => one.name === name)!
  const context = { now: 0, salesChannelIds: [] }
  const whole = { shopper: NOBODY, seeds: [], trending: [], limit: 5, context, ...query }
  return source.retrieve(whole, { ...knowledge, ...changed })
}

const shopper = (recent: [type: string, id: string][], session: string[] = []): Shopper => ({
  recent: recent.map(([type, productId], ts) => ({ type, productId, ts })),
  session,
  categoryAffinity: new Map([
    ["b", 1],
    ["a", 0.4],
  ]),
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
  const angles: Record<string, number> = { a: 0, b: 10, c: 20, d: 60, e: 70, f: 80, g: 180 }
  const vectorOf = (id: string) => {
    const angle = angles[id] === undefined ? undefined : (angles[id] * Math.PI) / 180
    return angle === undefined ? undefined : Float32Array.of(Math.cos(angle), Math.sin(angle))
  }
  const neighboursOf = (id: string, k: number) =>
    Object.keys(angles)
      .filter((other) => other !== id)
      .map((other) => ({ id: other, score: Math.cos(((angles[other] - angles[id]) * Math.PI) / 180) }))
      .sort((x, y) => y.score - x.score)
      .slice(0, k)
  const neighbours = async (ids: readonly string[], k: number) => ids.map((id) => neighboursOf(id, k))
  const similar = (query: Partial<RetrievalQuery>) => find("content-similar", query, { neighbours, vectorOf })

  it("gives the neighbours of the page's product", async () => {
    const found = await similar({ seeds: ["b"], limit: 3 })
    expect(idsOf(found)).toEqual(expect.arrayContaining(["a", "c"]))
    expect(found.every(({ because }) => because === "b")).toBe(true)
    expect(await similar({ seeds: ["unknown"] })).toEqual([])
  })

  it("gives what is nearest to the centre of several, and says which of them is nearest", async () => {
    const found = await similar({ seeds: ["a", "f"], limit: 3 })
    // The centre lies at 40 degrees.
    expect(idsOf(found).slice().sort()).toEqual(["c", "d", "e"])
    expect(found.find(({ id }) => id === "c")!.because).toBe("a")
    expect(found.find(({ id }) => id === "d")!.because).toBe("f")
    expect(found[0].score).toBeCloseTo(Math.cos((20 * Math.PI) / 180), 5)
  })

  it("weighs what the shopper saw last the most", async () => {
    const found = await similar({ shopper: shopper([], ["a", "f"]), limit: 2 })
    expect(idsOf(found)).toEqual(["d", "e"])
  })
})
