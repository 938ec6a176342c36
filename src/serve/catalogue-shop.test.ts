import { noMetrics, silentLogger, systemClock, type Labels } from "../services/lib"
import { product, TestCatalog } from "../services/testing/planted-shop"
import { FakeReader } from "./__tests__/shop"
import { catalogueShop } from "./catalogue-shop"

function setUp() {
  const reader = new FakeReader()
  const counted: (Labels | undefined)[] = []
  const metrics = { ...noMetrics, count: (_: string, labels?: Labels) => void counted.push(labels) }
  const catalog = new TestCatalog([product("a1", "a", { tags: ["new"], options: { Size: ["S", "M"] } })])
  const parts = { catalog, reader, cartMs: 5, clock: systemClock, metrics, logger: silentLogger }
  return { shop: catalogueShop(parts), reader, counted }
}

describe("catalogueShop", () => {
  it("tells a cart that is empty for us from one that is not there", async () => {
    const { shop, reader, counted } = setUp()
    expect(await shop.cartProducts("cart_1")).toEqual(["a1"])
    expect(await shop.cartProducts("cart_2")).toBeUndefined()
    reader.productsOfCart = () => new Promise(() => undefined)
    expect(await shop.cartProducts("cart_1")).toEqual([])
    expect(counted).toEqual([{ what: "cart", reason: "late" }])
  })

  it("knows the currency of a region", async () => {
    const { shop } = setUp()
    expect(await shop.priceContext({ region_id: "reg_1" })).toEqual({
      region_id: "reg_1",
      currency_code: "eur",
    })
    expect(await shop.priceContext({ currency_code: "usd" })).toEqual({ currency_code: "usd" })
    expect(await shop.priceContext({})).toBeUndefined()
    await expect(shop.priceContext({ region_id: "reg_2" })).rejects.toMatchObject({
      fields: [{ path: "region_id" }],
    })
  })

  it("tells of products what is asked for and the catalogue holds", async () => {
    const { shop } = setUp()
    const told = async (...fields: string[]) =>
      (await shop.products(["a1", "gone"], fields, undefined)).get("a1")
    expect(await told("title")).toEqual({ id: "a1", title: "The a1" })
    expect(await told("tags.*", "options.*", "images.*", "weight")).toEqual({
      id: "a1",
      tags: [{ value: "new" }],
      options: [{ title: "Size", values: [{ value: "S" }, { value: "M" }] }],
    })
    expect((await shop.products(["gone"], ["title"], undefined)).size).toBe(0)
  })
})
