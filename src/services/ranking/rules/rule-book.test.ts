import { noMetrics } from "../../lib"
import { NOBODY } from "../../features"
import { TestCatalog } from "../../testing/planted-shop"
import { rule } from "../../testing/rules"
import { RuleBook, type Rule } from "."

const hide = (id: string) => rule(id, { type: "hide" }, { what: { products: ["a"] } })

function setUp(rows: unknown[]) {
  const warned: string[] = []
  const counted: string[] = []
  const answer = { list: async () => rows as Rule[] }
  const logger = { debug() {}, info() {}, error() {}, warn: (text: string) => void warned.push(text) }
  const book = new RuleBook({
    store: { list: () => answer.list() },
    metrics: { ...noMetrics, count: (name) => void counted.push(name) },
    logger,
  })
  return { book, answer, warned, counted }
}

const situation = {
  placement: "any",
  listing: false,
  shopper: NOBODY,
  catalog: new TestCatalog(),
  context: { now: 0, salesChannelIds: [] },
}

describe("RuleBook", () => {
  it("leaves out a row that is not valid, and says which and why, once", async () => {
    const { book, warned } = setUp([
      hide("good"),
      { ...hide("bad"), action: { type: "explode" } },
      { id: "worse" },
    ])
    await book.refresh()
    await book.refresh()
    expect(book.rules.map(({ id }) => id)).toEqual(["good"])
    expect(book.active(situation)).toBeDefined()
    expect(warned).toHaveLength(1)
    expect(warned[0]).toMatch(/bad: action.type .*worse: name/)
  })

  it("goes on with the last known rules when the store is away", async () => {
    const { book, answer, warned, counted } = setUp([hide("good")])
    await book.refresh()
    answer.list = () => Promise.reject(new Error("down"))
    await book.refresh()
    expect(book.rules).toHaveLength(1)
    expect([warned.length, counted]).toEqual([1, ["book_refresh_failures_total"]])
  })

  it("finds no rule where there is none", async () => {
    const { book } = setUp([])
    await book.refresh()
    expect(book.active(situation)).toBeUndefined()
  })
})
