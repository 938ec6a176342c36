import type { Product } from "./catalog"
import { SharedParts } from "./shared-parts"

const product = (id: string, more: Partial<Product> = {}): Product => ({
  id,
  title: id,
  status: "published",
  categories: [{ id: "c1", name: "Shirts" }],
  tags: ["new"],
  options: { Colour: ["Red"] },
  salesChannelIds: ["s1"],
  variants: [],
  inStock: true,
  createdAt: 0,
  updatedAt: 0,
  ...more,
})

it("makes equal parts of products one, and leaves what differs", () => {
  const parts = new SharedParts()
  const [a, b, c] = [product("a"), product("b", { tags: ["old"] }), product("c", { collection: "summer" })]
  const plain = structuredClone([a, b, c])
  const [one, other, third] = [a, b, c].map((each) => parts.share(each))
  expect([one, other, third]).toEqual(plain)
  expect(one).toBe(a)
  expect(other.categories).toBe(one.categories)
  expect(other.options).toBe(one.options)
  expect(third.tags).toBe(one.tags)
  expect(other.tags).not.toBe(one.tags)
  expect("collection" in one).toBe(false)
})

it("lets nobody change what others have too", () => {
  const shared = new SharedParts().share(product("a"))
  expect(() => shared.tags.push("mine")).toThrow(TypeError)
  expect(() => shared.options.Colour.push("Blue")).toThrow(TypeError)
  expect(() => (shared.categories[0].name = "Mine")).toThrow(TypeError)
})
