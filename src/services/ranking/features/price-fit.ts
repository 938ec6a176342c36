import type { RankFeature } from "../rank-feature"

/** Fewer prices than this say nothing of what the shopper likes to spend. */
const ENOUGH = 2

/**
 * How far the price lies from what the shopper looks at, as −|ln(price / geometric mean)|, −1 at the least: a product
 * that costs e times as much and one that costs a third are equally far off.
 */
export const priceFit: RankFeature = {
  name: "price_fit",
  share: 0,
  prepare: ({ shopper: { recent }, catalog: { cards } }) => {
    let sum = 0
    let count = 0
    for (const { productId } of recent) {
      const number = cards.numberOf(productId)
      const price = number < 0 ? 0 : cards.priceOf(number)
      if (price <= 0) continue
      sum += Math.log(price)
      count++
    }
    if (count < ENOUGH) return undefined
    const liked = sum / count
    return (number) => {
      const price = cards.priceOf(number)
      return price > 0 ? -Math.min(1, Math.abs(Math.log(price) - liked)) : 0
    }
  },
}
