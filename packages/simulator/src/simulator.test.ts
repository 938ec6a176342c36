import {
  drawPicture,
  generateProducts,
  generateShoppers,
  handleIds,
  measureEffects,
  simulateHistory,
  surging,
} from "."

const endsAt = Date.UTC(2026, 6, 1)
const products = generateProducts()
const shoppers = generateShoppers(1_200)
const history = simulateHistory({ products, shoppers, endsAt })

describe("the shop", () => {
  it("has at least 300 products in 8 categories, told apart by handle, SKU and picture", () => {
    expect(products.length).toBeGreaterThanOrEqual(300)
    expect(new Set(products.map((product) => product.category)).size).toBe(8)
    expect(new Set(products.map((product) => product.handle)).size).toBe(products.length)
    const skus = products.flatMap((product) => product.variants.map((variant) => variant.sku))
    expect(new Set(skus).size).toBe(skus.length)
    expect(new Set(products.map(drawPicture)).size).toBe(products.length)
  })

  it("is priced in both currencies and sold out of some products", () => {
    for (const { prices } of products.flatMap((product) => product.variants)) {
      expect(prices.eur).toBeGreaterThan(0)
      expect(prices.usd).toBeGreaterThan(prices.eur)
    }
    const soldOut = products.filter((product) => product.variants.every((variant) => variant.stock === 0))
    expect(soldOut.length).toBeGreaterThan(0)
    expect(soldOut.length).toBeLessThan(products.length / 10)
  })

  it("draws the same kind in another colour as the same shape in another colour", () => {
    const [first, second] = products.filter((product) => product.kind === "Mug").map(drawPicture)
    const withoutColours = (svg: string) =>
      svg.replace(/#[0-9a-f]{6,8}/g, "").replace(/<title>.*<\/title>/, "")
    expect(first).not.toBe(second)
    expect(withoutColours(first).slice(-300)).toBe(withoutColours(second).slice(-300))
  })
})

describe("the history", () => {
  it("is the same for the same seed and end, and another for another seed", () => {
    const few = shoppers.slice(0, 50)
    const once = simulateHistory({ products, shoppers: few, endsAt })
    expect(simulateHistory({ products: generateProducts(), shoppers: generateShoppers(50), endsAt })).toEqual(
      once
    )
    expect(simulateHistory({ products, shoppers: few, endsAt, seed: 2 })).not.toEqual(once)
  })

  it("is ordered, within its 60 days, with unique ids of version 7", () => {
    expect(history.every((event, i) => i === 0 || event.ts >= history[i - 1].ts)).toBe(true)
    expect(history[0].ts).toBeGreaterThanOrEqual(endsAt - 60 * 86_400_000)
    expect(history[history.length - 1].ts).toBeLessThanOrEqual(endsAt)
    expect(new Set(history.map((event) => event.event_id)).size).toBe(history.length)
    for (const event of history.slice(0, 100)) {
      expect(event.event_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(parseInt(event.event_id.replace("-", "").slice(0, 12), 16)).toBe(event.ts)
    }
  })

  it("sells nothing that is out of stock", () => {
    const { product } = handleIds(products)
    const soldOut = new Set(
      products.flatMap((item, index) =>
        item.variants.some((variant) => variant.stock > 0) ? [] : [product(index)]
      )
    )
    const bought = history.filter((event) => event.type === "purchase").flatMap((event) => event.items)
    expect(bought.length).toBeGreaterThan(100)
    expect(bought.some((item) => soldOut.has(item.product_id))).toBe(false)
  })
})

describe("the planted effects", () => {
  const effects = measureEffects(history, products, shoppers)

  it("sells planted pairs together far more often than chance would", () => {
    expect(effects.complementLift).toBeGreaterThan(10)
  })

  it("lets shoppers look where their taste is", () => {
    expect(effects.tasteShare.own).toBeGreaterThan(effects.tasteShare.base + 0.2)
    expect(effects.priceDistance.own).toBeLessThan(effects.priceDistance.base)
  })

  it("has position bias: the first place is clicked at least three times as often as the eighth", () => {
    expect(effects.clickRateByPosition[0]).toBeGreaterThan(3 * effects.clickRateByPosition[7])
  })

  it("gives every country a category of its own, and desks longer visits than phones", () => {
    for (const lift of Object.values(effects.countryLift)) expect(lift).toBeGreaterThan(1.3)
    expect(effects.viewsPerVisit.desktop).toBeGreaterThan(effects.viewsPerVisit.mobile + 1)
  })

  it("has seasons: summer things sell in July, winter things in January", () => {
    const few = shoppers.slice(0, 150)
    const year = simulateHistory({ products, shoppers: few, endsAt: Date.UTC(2027, 0, 1), days: 365 })
    const byMonth = measureEffects(year, products, few).summerToWinterByMonth
    expect(byMonth[6]!).toBeGreaterThan(4 * byMonth[0]!)
  })

  it("lets the surging products rise in the last days", () => {
    const { product } = handleIds(products)
    const risers = new Set([...surging(products)].map(product))
    const share = (from: number, to: number) => {
      const views = history.filter((event) => event.type === "view_item" && event.ts >= from && event.ts < to)
      return views.filter((event) => risers.has(event.items[0].product_id)).length / views.length
    }
    const day = 86_400_000
    expect(share(endsAt - 3 * day, endsAt)).toBeGreaterThan(1.7 * share(endsAt - 50 * day, endsAt - 10 * day))
  })
})
