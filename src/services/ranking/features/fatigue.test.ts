import { NOBODY } from "../../features"
import { product, TestCatalog } from "../../testing/planted-shop"
import { fatigue } from "./fatigue"

const catalog = new TestCatalog([product("a", "x"), product("b", "x")])
const tiredOf = (id: string, shown: [string, number][]) =>
  fatigue.prepare({
    shopper: { ...NOBODY, shown: new Map(shown) },
    context: { now: 0, salesChannelIds: [] },
    catalog,
    seeds: [],
  })?.(catalog.cards.numberOf(id), id)

it("grows with every time that a product is shown in vain, from the second on, and only for that product", () => {
  expect(tiredOf("a", [])).toBeUndefined()
  const values = [1, 2, 4, 7, 20].map((times) => tiredOf("a", [["a", times]])!)
  expect(values[0]).toBe(0)
  expect(values[2]).toBe(0.5)
  expect(values[3]).toBe(0.75)
  expect(values).toEqual([...values].sort((x, y) => x - y))
  expect(values[4]).toBeLessThanOrEqual(1)
  expect(tiredOf("b", [["a", 9]])).toBe(0)
  expect(fatigue.share).toBeLessThan(0)
})
