import { NOBODY } from "../features"
import { product, TestCatalog } from "../testing/planted-shop"
import { showable } from "./filters"
import { PLACEMENTS } from "./placements"

describe("showable", () => {
  const setUp = () => {
    const catalog = new TestCatalog([product("a", "x"), product("b", "x", { salesChannelIds: ["b2b"] })])
    const refused: string[] = []
    const show = showable(
      {
        placement: PLACEMENTS.find(({ name }) => name === "trending")!,
        catalog,
        repeatDays: () => undefined,
        shopper: NOBODY,
        context: { now: 0, salesChannelIds: ["b2b"] },
        seeds: [],
        cart: [],
        exclude: ["out"],
      },
      (id, reason) => refused.push(`${id} ${reason}`)
    )
    return { catalog, show, refused }
  }

  it("believes a number that was kept no more than an id: its product may have gone, changed or come back", () => {
    const { catalog, show, refused } = setUp()
    const kept = catalog.cards.numberOf("b")
    expect([show("b"), show("b", kept)]).toEqual([kept, kept])
    catalog.remove("b")
    expect([show("b"), show("b", kept)]).toEqual([-1, -1])
    catalog.put(product("new", "x", { salesChannelIds: ["b2b"] }))
    expect(show("b", kept)).toBe(-1)
    catalog.put(product("b", "x", { salesChannelIds: ["b2b"], inStock: false }))
    expect(show("b", kept)).toBe(-1)
    catalog.put(product("b", "x", { salesChannelIds: ["b2b"], status: "draft" }))
    expect(show("b", kept)).toBe(-1)
    catalog.put(product("b", "x", { salesChannelIds: ["b2b"] }))
    expect(show("b", kept)).toBe(kept)
    expect(refused).toEqual(["b unknown", "b unknown", "b unknown", "b out_of_stock", "b not_published"])
  })

  it("shows nothing of another channel, whatever number comes with it", () => {
    const { catalog, show, refused } = setUp()
    expect(show("a", catalog.cards.numberOf("a"))).toBe(-1)
    expect(show("out", catalog.cards.numberOf("b"))).toBe(-1)
    expect(refused).toEqual(["a other_channel", "out excluded"])
  })
})
