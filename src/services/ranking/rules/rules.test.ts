import { NOBODY, type Shopper } from "../../features"
import type { RequestContext } from "../../context"
import { product, TestCatalog } from "../../testing/planted-shop"
import { rule } from "../../testing/rules"
import type { Ranked } from "../ranker.port"
import { RuleSet, ruleInputSchema, type ListSituation, type Rule } from "."

const NOW = Date.UTC(2026, 5, 1, 18, 30) // a Monday

const catalog = new TestCatalog([
  product("a1", "a", { metadata: { brand: "Acme", seller: "one" }, collection: "Summer", tags: ["sale"] }),
  product("a2", "a", { metadata: { brand: "Acme", seller: "two" }, collection: "Summer" }),
  product("a3", "a", { metadata: { manufacturer: "Acme" }, type: "Shoe" }),
  product("b1", "b", { options: { Brand: ["Best"] }, price: 10 }),
  product("b2", "b", { metadata: { brand: "Best", colour: 7 }, price: 20 }),
  product("c1", "c", { price: 30 }),
])

const situation = (
  changes: Partial<ListSituation> = {},
  context: Partial<RequestContext> = {}
): ListSituation => ({
  placement: "home-for-you",
  listing: false,
  catalog,
  shopper: NOBODY,
  context: { now: NOW, salesChannelIds: [], ...context },
  ...changes,
})

const item = (id: string, score: number): Ranked => ({ id, score, source: "popularity", features: [score] })

/** Best first: a1 … c1 with scores 1, .9, .8 … */
const ranked = [...catalog.all()].map(({ id }, place) => item(id, 1 - place / 10))

const active = (rules: Rule[], changes?: Partial<ListSituation>, context?: Partial<RequestContext>) =>
  new RuleSet(rules).active(situation(changes, context))

const ids = (items: readonly Ranked[]) => items.map(({ id }) => id)

/** Ids of a list of `limit` under these rules, with every product but `hidden` fit to be shown. */
function list(rules: Rule[], { limit = 6, hidden = [] as string[] } = {}): string[] {
  const held = active(rules)!
  const admitted = ranked.filter(({ id }) => !hidden.includes(id) && !held.refusalOf(id))
  const scored = held.rescore(admitted)
  const places = held.arrange({
    ranked: scored,
    limit,
    mayShow: (id) => catalog.has(id) && !hidden.includes(id),
    features: 1,
  })
  if (!places) return ids(scored).slice(0, limit)
  return ids(places.weave(places.choose(scored.slice(0, limit)), (pinned) => pinned))
}

describe("hide", () => {
  it("keeps its products out, also out of a listing", () => {
    const hide = rule("r", { type: "hide" }, { what: { categories: ["a"] } })
    expect(list([hide])).toEqual(["b1", "b2", "c1"])
    expect(active([hide], { listing: true })?.refusalOf("a1")).toBe(hide)
  })
})

describe("filter", () => {
  const filter = rule("r", { type: "filter" }, { what: { categories: ["a"] } })
  it("keeps all others out; of two filters both hold", () => {
    expect(list([filter])).toEqual(["a1", "a2", "a3"])
    expect(
      list([filter, rule("s", { type: "filter" }, { what: { brands: ["Acme"], tags: ["sale"] } })])
    ).toEqual(["a1"])
  })
  it("leaves a listing whole", () => {
    expect(active([filter], { listing: true })?.refusalOf("b1")).toBeUndefined()
  })
})

describe("boost and bury", () => {
  it("multiply scores", () => {
    const boost = rule("r", { type: "boost", factor: 2 }, { what: { products: ["b1"] } })
    const bury = rule("s", { type: "bury", factor: 0.5 }, { what: { products: ["a1"] } })
    expect(list([boost, bury])).toEqual(["b1", "a2", "a3", "b2", "a1", "c1"])
    const scores = Object.fromEntries(
      active([boost, bury])!
        .rescore(ranked)
        .map(({ id, score }) => [id, score])
    )
    expect(scores).toMatchObject({ b1: 1.4, a1: 0.5, a2: 0.9 })
  })
  it("lift where a ranker's scores are below 0, too", () => {
    const boost = rule("r", { type: "boost", factor: 100 }, { what: { products: ["c1"] } })
    const low = [item("a1", -1), item("b1", -2), item("c1", -3)]
    expect(ids(active([boost])!.rescore(low))).toEqual(["c1", "a1", "b1"])
  })
  it("leave a score of equals to their ids", () => {
    const bury = rule("r", { type: "bury", factor: 0 }, { what: { categories: ["a", "b", "c"] } })
    expect(ids(active([bury])!.rescore([...ranked].reverse()))).toEqual(ids(ranked))
  })
})

describe("pin", () => {
  const pin = (id: string, slots: number[], what: object, priority = 0) =>
    rule(id, { type: "pin", slots }, { what, priority })

  it("puts the named products in its slots, in their order", () => {
    expect(list([pin("r", [1, 3], { products: ["c1", "b2"] })], { limit: 4 })).toEqual([
      "c1",
      "a1",
      "b2",
      "a2",
    ])
  })
  it("takes the best of a selector's products", () => {
    expect(list([pin("r", [2], { categories: ["b"] })], { limit: 3 })).toEqual(["a1", "b1", "a2"])
  })
  it("skips what may not be shown, and the next one takes its slot", () => {
    const rules = [pin("r", [1, 2], { products: ["gone", "c1", "b2", "b1"] })]
    expect(list(rules, { limit: 4, hidden: ["c1"] })).toEqual(["b2", "b1", "a1", "a2"])
  })
  it("gives a slot to the higher priority", () => {
    const rules = [pin("r", [1], { products: ["b1"] }, 1), pin("s", [1, 2], { products: ["c1"] }, 2)]
    expect(list(rules, { limit: 3 })).toEqual(["c1", "a1", "a2"])
  })
  it("is obeyed against hide and filter of a lower priority only", () => {
    const hide = (priority: number) => rule("h", { type: "hide" }, { what: { products: ["c1"] }, priority })
    const wanted = pin("r", [1], { products: ["c1"] }, 5)
    expect(list([wanted, hide(4)], { limit: 2 })).toEqual(["c1", "a1"])
    expect(list([wanted, hide(5)], { limit: 2 })).toEqual(["a1", "a2"])
  })
  it("moves up where nothing stands before it, and does nothing beyond the list's end", () => {
    expect(list([pin("r", [6], { products: ["c1"] })], { hidden: ["a2", "b1", "b2"] })).toEqual([
      "a1",
      "a3",
      "c1",
    ])
    expect(list([pin("r", [3], { products: ["c1"] })], { limit: 2 })).toEqual(["a1", "a2"])
  })
})

describe("cap", () => {
  const cap = (by: string, most: number, rest: object = {}) =>
    rule(`cap-${by}`, { type: "cap", by, most }, rest)

  it.each([
    ["brand", ["a1", "b1", "c1"]],
    ["category", ["a1", "b1", "c1"]],
    ["seller", ["a1", "a2", "a3", "b1", "b2", "c1"]],
    ["collection", ["a1", "a3", "b1", "b2", "c1"]],
  ])("shows one of each %s", (by, shown) => {
    expect(list([cap(by, 1)])).toEqual(shown)
  })
  it("lets better ones of other kinds move up into a short list", () => {
    expect(list([cap("brand", 1)], { limit: 2 })).toEqual(["a1", "b1"])
  })
  it("counts the products of its selector alone", () => {
    expect(list([cap("brand", 1, { what: { brands: ["Acme"] } })])).toEqual(["a1", "b1", "b2", "c1"])
  })
  it("counts what is pinned, and stops a pin of no higher priority", () => {
    const pin = (priority: number) =>
      rule("pin", { type: "pin", slots: [1, 2] }, { what: { products: ["a2", "a3"] }, priority })
    expect(list([cap("brand", 1), pin(1)])).toEqual(["a2", "a3", "b1", "c1"])
    expect(list([cap("brand", 1), pin(0)])).toEqual(["a2", "b1", "c1"])
  })
})

describe("weight", () => {
  const priced = (id: string, price: number, cost?: number, stock?: number) =>
    product(id, "a", { variants: [{ id: `${id}-v`, available: true, price, cost, stock }] })
  const shop = new TestCatalog([priced("poor", 10, 9, 1), priced("rich", 20, 10, 64), priced("unknown", 15)])
  const scores = (action: object) =>
    Object.fromEntries(
      new RuleSet([rule("r", { type: "weight", ...action })])
        .active(situation({ catalog: shop }))!
        .rescore([item("poor", 1), item("unknown", 0.8), item("rich", 0.5)])
        .map(({ id, score }) => [id, Number(score.toFixed(4))])
    )

  it("slides from relevance to profit; an unknown margin counts as the mean", () => {
    expect(scores({ margin: 0.5 })).toEqual({ rich: 0.75, unknown: 0.675, poor: 0.55 })
    expect(scores({ margin: 1 })).toEqual({ rich: 1, unknown: 0.55, poor: 0.1 })
  })
  it("prefers what lies in stock", () => {
    const { rich, unknown, poor } = scores({ stockCover: 1 })
    expect([rich, rich > unknown, unknown > poor]).toEqual([1, true, true])
  })
  it("acts once: that of the highest priority", () => {
    const both = [
      rule("r", { type: "weight", margin: 1 }, { priority: 1 }),
      rule("s", { type: "weight", stockCover: 1 }),
    ]
    const held = new RuleSet(both).active(situation({ catalog: shop }))!
    expect(held.rescore([item("poor", 1), item("rich", 0.5)]).map(({ score }) => score)).toEqual([1, 0.1])
  })
})

describe("the situation of a rule", () => {
  const holds = (when: object, context: Partial<RequestContext>, shopper: Shopper = NOBODY) =>
    active([rule("r", { type: "hide" }, { what: { products: ["a1"] }, when })], { shopper }, context) !==
    undefined
  const bought = (ts: number): Shopper => ({ ...NOBODY, recent: [{ productId: "a1", type: "purchase", ts }] })

  it.each<[object, Partial<RequestContext>, boolean]>([
    [{ device: ["mobile", "tablet"] }, { device: "mobile" }, true],
    [{ device: ["mobile"] }, { device: "desktop" }, false],
    [{ device: ["mobile"] }, {}, false],
    [{ countries: ["FR"] }, { country: "FR" }, true],
    [{ hours: [20, 24] }, { tzOffset: 120 }, true],
    [{ hours: [20, 24] }, { tzOffset: 0 }, false],
    [{ hours: [20, 24] }, {}, false],
    [{ hours: [22, 2] }, { tzOffset: 6 * 60 }, true],
    [{ hours: [18, 18.5] }, { tzOffset: 0 }, false],
    [{ hours: [18.5, 19] }, { tzOffset: 0 }, true],
    [{ hours: [0, 24] }, { tzOffset: 0 }, true],
    [{ weekdays: [1] }, { tzOffset: 0 }, true],
    [{ weekdays: [7, 2] }, { tzOffset: 6 * 60 }, true],
    [{ weekdays: [7] }, { tzOffset: 0 }, false],
    [{ regions: ["FR-IDF"] }, { country: "FR", region: "IDF" }, true],
    [{ regions: ["FR-IDF"] }, { country: "FR" }, false],
    [{ weather: ["rain"] }, { weather: { condition: "rain", temperature: 9 } }, true],
    [{ weather: ["rain"] }, {}, false],
    [{ events: ["Concert"] }, { localEvents: ["concert", "fair"] }, true],
    [{ events: ["match"] }, { localEvents: ["concert", "fair"] }, false],
    [{ events: ["match"] }, {}, false],
    [{ markets: ["reg_1"] }, { regionId: "reg_1" }, true],
    [{ locales: ["de-AT"] }, { locale: "de-DE" }, false],
    [{ device: ["mobile"], countries: ["FR"] }, { device: "mobile", country: "PT" }, false],
  ])("%j with %j: %s", (when, context, expected) => {
    expect(holds(when, context)).toBe(expected)
  })

  it("knows who was there before", () => {
    expect(holds({ segment: ["returning"] }, {}, bought(NOW - 86_400_000))).toBe(true)
    expect(holds({ segment: ["returning"] }, {}, bought(NOW - 60_000))).toBe(false)
    expect(holds({ segment: ["new"] }, {})).toBe(true)
  })

  it("keeps to times, placements and the switch", () => {
    const at = (rest: object) =>
      active([rule("r", { type: "hide" }, { what: { products: ["a1"] }, ...rest })]) !== undefined
    expect(at({ from: "2026-06-01T18:30:00Z" })).toBe(true)
    expect(at({ from: "2026-06-01T20:31:00+02:00" })).toBe(false)
    expect(at({ until: "2026-06-01T18:30:00Z" })).toBe(false)
    expect(at({ placements: ["home-for-you", "trending"] })).toBe(true)
    expect(at({ placements: ["trending"] })).toBe(false)
    expect(at({ enabled: false })).toBe(false)
  })
})

describe("the products of a rule", () => {
  it.each<[object, string[]]>([
    [{ products: ["a1", "none"] }, ["a1"]],
    [{ categories: ["b", "c"] }, ["b1", "b2", "c1"]],
    [{ tags: ["sale"] }, ["a1"]],
    [{ brands: ["Best"] }, ["b1", "b2"]],
    [{ sellers: ["two"] }, ["a2"]],
    [{ collections: ["Summer"] }, ["a1", "a2"]],
    [{ types: ["Shoe"] }, ["a3"]],
    [{ metadata: { colour: "7" } }, ["b2"]],
    [{ priceMin: 10, priceMax: 20 }, ["b1", "b2"]],
    [{ brands: ["Acme"], collections: ["Summer"], sellers: ["one"] }, ["a1"]],
  ])("%j", (what, expected) => {
    const held = active([rule("r", { type: "hide" }, { what })])!
    expect(ids(ranked).filter((id) => held.refusalOf(id))).toEqual(expected)
  })
})

describe("what a merchant may write", () => {
  const what = { products: ["a"] }
  it.each<[object, string]>([
    [{ action: { type: "hide" } }, "what"],
    [{ action: { type: "explode" }, what }, "action.type"],
    [{ action: { type: "boost", factor: 0.5 }, what }, "action.factor"],
    [{ action: { type: "bury", factor: 2 }, what }, "action.factor"],
    [{ action: { type: "pin", slots: [0] }, what }, "action.slots.0"],
    [{ action: { type: "pin", slots: [1], factor: 2 }, what }, "action"],
    [{ action: { type: "cap", by: "colour", most: 1 } }, "action.by"],
    [{ action: { type: "weight", margin: 2 } }, "action.margin"],
    [{ action: { type: "weight" } }, "action.margin"],
    [{ action: { type: "weight", margin: 0.7, stockCover: 0.7 } }, "action.margin"],
    [{ action: { type: "hide" }, what: { priceMin: 2, priceMax: 1 } }, "what.priceMax"],
    [{ action: { type: "hide" }, what: { colour: ["red"] } }, "what"],
    [{ action: { type: "hide" }, what, when: { moon: ["full"] } }, "when"],
    [{ action: { type: "hide" }, what, when: { hours: [5, 5] } }, "when.hours"],
    [{ action: { type: "hide" }, what, when: { hours: [5, 25] } }, "when.hours.1"],
    [{ action: { type: "hide" }, what, when: { countries: ["fr"] } }, "when.countries.0"],
    [{ action: { type: "hide" }, what, from: "tomorrow" }, "from"],
    [
      { action: { type: "hide" }, what, from: "2026-01-02T00:00:00Z", until: "2026-01-01T00:00:00Z" },
      "until",
    ],
  ])("%j names %s", (input, path) => {
    const { error } = ruleInputSchema.safeParse({ name: "r", ...input })
    expect(error?.issues.map((issue) => issue.path.join("."))).toContain(path)
  })
})
