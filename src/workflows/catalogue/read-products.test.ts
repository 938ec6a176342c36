import { toProduct } from "./read-products"

const row = (variants: object[], metadata: Record<string, unknown> | null = null) => ({
  id: "prod_1",
  title: "Cup",
  status: "published",
  metadata,
  created_at: 0 as unknown as string,
  updated_at: 0 as unknown as string,
  variants: variants.map((variant, i) => ({ id: `v${i}`, ...variant })),
})

describe("toProduct", () => {
  it("takes the cost from the variant's metadata, else from the product's", () => {
    const { variants } = toProduct(
      row([{ metadata: { cost: "4.5" } }, {}, { metadata: { cost: -1 } }, { metadata: { cost: "much" } }], {
        cost: 7,
      }),
      {}
    )
    expect(variants.map(({ cost }) => cost)).toEqual([4.5, 7, 7, 7])
    expect("cost" in toProduct(row([{}]), {}).variants[0]).toBe(false)
  })

  it("believes price lists before the metadata, and compares no currencies", () => {
    const prices = (currency_code: string) => [{ amount: 9, currency_code }]
    const variants = [
      { price_set: { id: "pset_a" }, metadata: { cost: 4 }, prices: prices("eur") },
      { price_set: { id: "pset_b" }, metadata: { cost: 4 }, prices: prices("eur") },
      { price_set: { id: "pset_a" }, prices: prices("usd") },
      { price_set: null, prices: [] },
    ]
    const options = { currency: "eur", costs: new Map([["pset_a", 3]]) }
    const product = toProduct(row(variants, { cost: 5 }), {}, options)
    expect(product.variants.map(({ cost }) => cost)).toEqual([3, 4, undefined, 5])
  })

  it("counts stock in powers of two, so that not each sale changes a product", () => {
    const stockOf = (availability: number | null, variant: object = {}) =>
      toProduct(row([variant]), { v0: { availability } }).variants[0].stock
    expect([0, 1, 3, 4, 63, 64].map((count) => stockOf(count))).toEqual([0, 1, 2, 4, 32, 64])
    expect([
      stockOf(null),
      stockOf(9, { manage_inventory: false }),
      stockOf(9, { allow_backorder: true }),
    ]).toEqual([undefined, undefined, undefined])
  })
})
