import { product } from "../testing/planted-shop"
import { ProductCards } from "./product-cards"
import { OPTIONS, TAGS } from "./traits"

it("stays one object while its product changes", () => {
  const cards = new ProductCards()
  cards.put(product("p", "a"))
  const card = cards.get("p")!
  expect(card).toMatchObject({ id: "p", number: 0, listed: true, inStock: true })
  cards.put(product("p", "b", { inStock: false, salesChannelIds: ["b2b"] }))
  expect(cards.get("p")).toBe(card)
  expect([card.inStock, card.listed]).toEqual([false, true])
  expect(cards.channelSets.idsOf(card.channels)).toEqual(["b2b"])
  expect(cards.categorySets.idsOf(card.categories)).toEqual(["b"])
  cards.put(product("p", "b", { status: "draft" }))
  expect(card.listed).toBe(false)
})

it("may not be shown once its product is gone, also to whoever still holds it", () => {
  const cards = new ProductCards()
  cards.put(product("p", "a"))
  const held = cards.get("p")!
  cards.remove("p")
  cards.remove("p")
  expect([cards.get("p"), held.listed]).toEqual([undefined, false])
})

it("numbers the products without gaps, however they come and go", () => {
  const cards = new ProductCards()
  for (let round = 0; round < 50; round++) {
    cards.put(product(`p${round}`, `category-${round}`, { salesChannelIds: [`channel-${round}`] }))
    cards.put(product("stays", "a"))
    cards.remove(`p${round}`)
  }
  cards.put(product("last", "a"))
  const [stays, last] = [cards.get("stays")!, cards.get("last")!]
  expect(new Set([stays.number, last.number]).size).toBe(2)
  expect(cards.end).toBe(2)
  // What nobody belongs to any more is not kept either.
  expect(Math.max(last.categories, last.channels)).toBeLessThan(2)
  expect([last.categories, last.channels]).toEqual([stays.categories, stays.channels])
})

it("counts how many products have a trait, and numbers traits without gaps", () => {
  const cards = new ProductCards()
  const wool = (id: string, colour: string) =>
    cards.put(product(id, "a", { tags: ["wool"], options: { Colour: [colour] } }))
  wool("p", "red")
  wool("q", "red")
  const [tag, red] = cards.traits.inSet(cards.get("p")!.traits)
  expect(cards.get("q")!.traits).toBe(cards.get("p")!.traits)
  expect([tag, red].map((trait) => cards.traits.countOf(trait))).toEqual([2, 2])
  expect([tag, red].map((trait) => cards.traits.kindOf(trait))).toEqual([TAGS, OPTIONS])
  wool("p", "blue")
  expect([tag, red].map((trait) => cards.traits.countOf(trait))).toEqual([2, 1])
  for (let round = 0; round < 50; round++) wool("p", `colour ${round}`)
  cards.remove("q")
  expect(cards.traits.countOf(tag)).toBe(1)
  const { traits } = cards.get("p")!
  expect(traits).toBeLessThan(4)
  expect(Math.max(...cards.traits.inSet(traits))).toBeLessThan(4)
})
