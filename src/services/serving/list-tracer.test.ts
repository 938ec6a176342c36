import { noMetrics, Random, silentLogger } from "../lib"
import { NO_CONSENT } from "../privacy"
import { NEVER_SHOWN, NOBODY } from "../features"
import { BlendRanker, RuleSet, type AnyReranker, type RankFeature } from "../ranking"
import type { CandidateSource, Knowledge } from "../retrieval"
import { product, TestCatalog } from "../testing/planted-shop"
import { rule } from "../testing/rules"
import { ask, build, type ListInput, type ListTools } from "./build-list"
import { ListTracer } from "./list-tracer"
import { rankList } from "./rank-list"

const IDS = ["a", "b", "c", "d", "e", "f"]
const catalog = new TestCatalog([
  ...IDS.map((id) => product(id, "x")),
  product("draft", "x", { status: "draft" }),
  product("sold-out", "x", { inStock: false }),
  product("elsewhere", "x", { salesChannelIds: ["b2b"] }),
  product("spare", "x"),
  product("other", "x"),
])

const source = (name: string, ids: string[]): CandidateSource => ({
  name,
  reason: "popular",
  budgetMs: 5,
  retrieve: (_, { ask }) => ask(ids.join(), {}, 9),
})

/** Leaves out the first. */
const picky: AnyReranker = {
  ...({} as AnyReranker),
  name: "picky",
  window: 2,
  rerank: ({ items }) => items.slice(1),
}

const rainy: RankFeature = {
  name: "context",
  share: 0.1,
  prepare: () => (_, id) => (id === "c" ? 1 : 0),
  signals: (_, __, id) => (id === "c" ? [{ signal: "weather=rain", value: 1 }] : []),
}

const knowledge: Knowledge = {
  catalog,
  ask: (ids) => ids.split(",").map((id, i) => ({ id, score: 100 - i })),
  follow: async () => [],
  pool: () => [],
  nearest: () => [],
  vectorOf: () => undefined,
  newest: () => [],
  inCategory: () => [],
  repeatDays: () => undefined,
}

const input: ListInput = {
  placement: {
    name: "any",
    title: "Any",
    sources: { one: 1, two: 0.5 },
    fallback: [],
    filters: { inStock: true, notInCart: true, notSeeds: true, notBoughtDays: 0 },
    rerank: { picky: 1 },
    limit: 3,
  },
  request: {
    placement: "any",
    consent: NO_CONSENT,
    cartProductIds: ["f"],
    context: { now: 0, salesChannelIds: ["web"] },
  },
  profile: { shopper: NOBODY, trending: [] },
  knowledge,
  seeds: [],
  limit: 3,
  candidates: 10,
}

const tools: ListTools = {
  sources: [
    source("one", ["a", "draft", "b", "sold-out", "c", "elsewhere", "f"]),
    source("two", ["c", "d", "e", "nobody"]),
    source("popularity", ["spare", "other"]),
  ],
  ranker: new BlendRanker(),
  rerankers: [picky],
  features: [rainy],
  metrics: noMetrics,
  logger: silentLogger,
  tallyOf: () => NEVER_SHOWN,
  random: new Random(1),
  remainingMs: () => 1_000,
}

async function traced(changes: Partial<ListTools> = {}, limit = 3) {
  const trace = new ListTracer()
  const asked = { ...input, limit }
  const plain = { ...tools, ...changes }
  const told = { ...plain, trace }
  const list = await build(asked, await ask(asked, told), new Set(), told)
  const untold = await build(asked, await ask(asked, plain), new Set(), plain)
  expect(list).toEqual(untold)
  const candidates = trace.candidates()
  return { list, of: (id: string) => candidates.find(({ product_id }) => product_id === id) }
}

describe("ListTracer", () => {
  it("tells who found a product, what it is made of, and where each step put it, and changes nothing", async () => {
    const { of, list } = await traced()
    expect(list.items.map(({ id }) => id)).toEqual(["a", "b", "d"])
    expect(of("c")).toMatchObject({
      slot: null,
      outcome: "reranked_away",
      why: "picky",
      sources: [
        { name: "one", rank: 5 },
        { name: "two", rank: 1, vote: 1 },
      ],
      signals: { context: [{ signal: "weather=rain", value: 1 }] },
      ranked: { place: 1 },
      rerankers: [{ name: "picky", place: null }],
    })
    expect(of("c")?.features).toMatchObject({ two: 1, context: 1 })
    expect(of("a")).toMatchObject({
      slot: 1,
      outcome: "shown",
      ranked: { place: 2 },
      rerankers: [{ place: 1 }],
    })
    expect(of("e")).toMatchObject({ slot: null, outcome: "below_the_cut", ranked: { place: 5 } })
  })

  it("says why a product may not be shown", async () => {
    const rules = new RuleSet([rule("r", { type: "hide" }, { name: "no b", what: { products: ["b"] } })])
    const { of } = await traced({ rules })
    const why = (id: string) => [of(id)?.outcome, of(id)?.why]
    expect(why("draft")).toEqual(["kept_out", "not_published"])
    expect(why("sold-out")).toEqual(["kept_out", "out_of_stock"])
    expect(why("elsewhere")).toEqual(["kept_out", "other_channel"])
    expect(why("f")).toEqual(["kept_out", "in_cart"])
    expect(why("nobody")).toEqual(["kept_out", "unknown"])
    expect(why("b")).toEqual(["kept_out", "no b"])
  })

  it("tells what filled a short list up, and what was not needed", async () => {
    const { of } = await traced({ rerankers: [] }, 6)
    expect(of("spare")).toMatchObject({ slot: 6, outcome: "filled_up", sources: [{ name: "popularity" }] })
    expect(of("other")).toMatchObject({ slot: null, outcome: "not_needed" })
  })

  it("tells of a listing, too", async () => {
    const trace = new ListTracer()
    const rules = new RuleSet([rule("r", { type: "hide" }, { what: { products: ["b"] } })])
    const told = { ...tools, rerankers: [], rules, trace }
    const { items } = await rankList({ ...input, limit: 3 }, ["b", "d", "a"], told)
    expect(items.map(({ id }) => id)).toEqual(["a", "d"])
    const outcomes = trace.candidates().map(({ product_id, outcome }) => [product_id, outcome])
    expect(Object.fromEntries(outcomes)).toEqual({ a: "shown", d: "shown", b: "kept_out" })
  })
})
