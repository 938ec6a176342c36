import { product } from "../../testing/planted-shop"
import { rule } from "../../testing/rules"
import { ruleConflicts, type Rule } from "."

const products = ["a1", "a2", "a3", "b1", "b2"].map((id) =>
  product(id, id[0], { metadata: { brand: id[0] === "a" ? "Acme" : "Best" } })
)

const conflicts = (...rules: Rule[]) => ruleConflicts(rules, products, async () => {})
const kinds = async (...rules: Rule[]) => (await conflicts(...rules)).map(({ kind }) => kind)

const pin = (id: string, slots: number[], what: object, rest: object = {}) =>
  rule(id, { type: "pin", slots }, { what, ...rest })
const hide = (id: string, what: object, rest: object = {}) => rule(id, { type: "hide" }, { what, ...rest })
const filter = (id: string, what: object, rest: object = {}) =>
  rule(id, { type: "filter" }, { what, ...rest })
const boost = (id: string, what: object, rest: object = {}) =>
  rule(id, { type: "boost", factor: 2 }, { what, ...rest })
const bury = (id: string, what: object, rest: object = {}) =>
  rule(id, { type: "bury", factor: 0.5 }, { what, ...rest })
const cap = (id: string, most: number, rest: object = {}) =>
  rule(id, { type: "cap", by: "brand", most }, rest)

const A = { products: ["a1"] }
const CATEGORY_A = { categories: ["a"] }
const CATEGORY_B = { categories: ["b"] }

describe("ruleConflicts", () => {
  it("finds a slot that is pinned twice, and says who has it", async () => {
    const [found] = await conflicts(pin("r", [1, 2], A), pin("s", [2], CATEGORY_B, { priority: 1 }))
    expect(found).toMatchObject({ kind: "same_slot", rules: ["s", "r"] })
    expect(found.text).toContain("slot 2: “s” has it")
    expect(await kinds(pin("r", [1], A), pin("s", [2], CATEGORY_B))).toEqual([])
  })

  it("finds a pin of what is hidden or filtered out, and says which is obeyed", async () => {
    const [hidden] = await conflicts(pin("r", [1], A), hide("s", CATEGORY_A))
    expect(hidden).toMatchObject({ kind: "pin_kept_out", products: ["a1"], count: 1 })
    expect(hidden.text).toContain("“s” is obeyed")
    const [filtered] = await conflicts(pin("r", [1], A, { priority: 1 }), filter("s", CATEGORY_B))
    expect(filtered).toMatchObject({ kind: "pin_kept_out", rules: ["r", "s"] })
    expect(filtered.text).toContain("“r” is obeyed")
    expect(await kinds(pin("r", [1], A), filter("s", CATEGORY_A), hide("t", CATEGORY_B))).toEqual([])
    expect(await kinds(pin("r", [1], CATEGORY_A), hide("s", A))).toEqual([])
  })

  it("finds filters that leave nothing", async () => {
    expect(await kinds(filter("r", CATEGORY_A), filter("s", CATEGORY_B))).toEqual(["filters_leave_nothing"])
    expect(await kinds(filter("r", CATEGORY_A), filter("s", { brands: ["Acme"] }))).toEqual([])
  })

  it("finds what is boosted and buried, by asking the catalogue", async () => {
    const [found] = await conflicts(boost("r", { brands: ["Acme"] }), bury("s", { products: ["a2", "b1"] }))
    expect(found).toMatchObject({ kind: "up_and_down", products: ["a2"], count: 1 })
    expect(await kinds(boost("r", CATEGORY_A), bury("s", { brands: ["Best"] }))).toEqual([])
    expect(await kinds(boost("r", CATEGORY_A), boost("s", CATEGORY_A))).toEqual([])
  })

  it("finds pins above a cap", async () => {
    const many = pin("r", [1, 2], { products: ["a1", "a2", "b1"] })
    const [found] = await conflicts(many, cap("s", 1))
    expect(found).toMatchObject({ kind: "pins_above_cap", products: ["a1", "a2"], count: 2 })
    expect(found.text).toContain("what is too much is not pinned")
    expect(await kinds(many, cap("s", 2))).toEqual([])
    expect(await kinds(many, cap("s", 1, { what: { brands: ["Best"] } }))).toEqual([])
  })

  it("finds caps of the same, and weights of which one acts", async () => {
    const [found] = await conflicts(cap("r", 3), cap("s", 1))
    expect(found).toMatchObject({ kind: "same_cap", count: 5 })
    expect(found.text).toContain("“s” decides")
    const weight = (id: string) => rule(id, { type: "weight", margin: 0.5 })
    expect(await kinds(weight("r"), weight("s"))).toEqual(["only_one_acts"])
  })

  it.each<[string, object, object]>([
    ["placements", { placements: ["trending"] }, { placements: ["new-arrivals"] }],
    [
      "times",
      { from: "2026-01-01T00:00:00Z", until: "2026-02-01T00:00:00Z" },
      { from: "2026-02-01T00:00:00Z" },
    ],
    ["devices", { when: { device: ["mobile"] } }, { when: { device: ["desktop", "tablet"] } }],
    ["hours", { when: { hours: [22, 6] } }, { when: { hours: [6, 22] } }],
    ["weekdays", { when: { weekdays: [6, 7] } }, { when: { weekdays: [1, 2], countries: ["FR"] } }],
    ["switches", { enabled: false }, {}],
  ])("finds nothing where %s do not meet", async (_, one, other) => {
    expect(await kinds(boost("r", A, one), bury("s", A, other))).toEqual([])
  })

  it.each<[string, object, object]>([
    ["placements", { placements: [] }, { placements: ["new-arrivals"] }],
    ["times", { until: "2026-02-01T00:00:00Z" }, { from: "2026-01-01T00:00:00Z" }],
    ["devices", { when: { device: ["mobile", "tablet"] } }, { when: { device: ["tablet"] } }],
    ["hours", { when: { hours: [22, 6] } }, { when: { hours: [5, 7] } }],
    ["other conditions", { when: { hours: [22, 6] } }, { when: { device: ["mobile"] } }],
  ])("finds one where %s meet", async (_, one, other) => {
    expect(await kinds(boost("r", A, one), bury("s", A, other))).toEqual(["up_and_down"])
  })
})
