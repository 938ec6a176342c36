import { product } from "../testing/planted-shop"
import { ProductCards } from "./product-cards"
import { OPTIONS, TAGS } from "./traits"

it("tells what is so now of a product that changes, by a number that stays", () => {
  const cards = new ProductCards()
  cards.put(product("p", "a", { price: 12.5, createdAt: 1_700_000_000_000 }))
  const number = cards.numberOf("p")
  expect([number, cards.isListed(number), cards.isInStock(number)]).toEqual([0, true, true])
  expect([cards.priceOf(number), cards.createdAt(number)]).toEqual([12.5, 1_700_000_000_000])
  cards.put(product("p", "b", { inStock: false, salesChannelIds: ["b2b"] }))
  expect([cards.numberOf("p"), cards.size]).toEqual([number, 1])
  expect([cards.isInStock(number), cards.isListed(number)]).toEqual([false, true])
  expect(cards.channelSets.idsOf(cards.channelsOf(number))).toEqual(["b2b"])
  expect(cards.categorySets.idsOf(cards.categoriesOf(number))).toEqual(["b"])
  cards.put(product("p", "b", { status: "draft" }))
  expect(cards.isListed(number)).toBe(false)
})

it("lists no product that is gone, also for whoever still knows its number, until it is back", () => {
  const cards = new ProductCards()
  cards.put(product("p", "a"))
  const number = cards.numberOf("p")
  cards.remove("p")
  cards.remove("p")
  cards.remove("never there")
  expect([cards.numberOf("p"), cards.isListed(number), cards.size]).toEqual([-1, false, 0])
  cards.put(product("q", "a"))
  expect(cards.numberOf("q")).not.toBe(number)
  expect(cards.isListed(number)).toBe(false)
  cards.put(product("p", "c"))
  expect([cards.numberOf("p"), cards.isListed(number), cards.size]).toEqual([number, true, 2])
  expect(cards.categorySets.idsOf(cards.categoriesOf(number))).toEqual(["c"])
})

it("keeps nothing but the number of a product that is gone", () => {
  const cards = new ProductCards()
  for (let round = 0; round < 50; round++) {
    cards.put(product(`p${round}`, `category-${round}`, { salesChannelIds: [`channel-${round}`] }))
    cards.put(product("stays", "a"))
    cards.remove(`p${round}`)
  }
  cards.put(product("last", "a"))
  const numbers = ["stays", "last"].map((id) => cards.numberOf(id))
  expect(new Set(numbers).size).toBe(2)
  expect([cards.end, cards.size]).toEqual([52, 2])
  // What nobody belongs to any more is not kept either.
  const sets = numbers.map((number) => [cards.categoriesOf(number), cards.channelsOf(number)])
  expect(Math.max(...sets.flat())).toBeLessThan(2)
  expect(sets[0]).toEqual(sets[1])
})

it("counts how many products have a trait, and numbers traits without gaps", () => {
  const cards = new ProductCards()
  const setOf = (id: string) => cards.traitsOf(cards.numberOf(id))
  const wool = (id: string, colour: string) =>
    cards.put(product(id, "a", { tags: ["wool"], options: { Colour: [colour] } }))
  wool("p", "red")
  wool("q", "red")
  const [tag, red] = cards.traits.inSet(setOf("p"))
  expect(setOf("q")).toBe(setOf("p"))
  expect([tag, red].map((trait) => cards.traits.countOf(trait))).toEqual([2, 2])
  expect([tag, red].map((trait) => cards.traits.kindOf(trait))).toEqual([TAGS, OPTIONS])
  wool("p", "blue")
  expect([tag, red].map((trait) => cards.traits.countOf(trait))).toEqual([2, 1])
  for (let round = 0; round < 50; round++) wool("p", `colour ${round}`)
  cards.remove("q")
  expect(cards.traits.countOf(tag)).toBe(1)
  const traits = setOf("p")
  expect(traits).toBeLessThan(4)
  expect(Math.max(...cards.traits.inSet(traits))).toBeLessThan(4)
})
