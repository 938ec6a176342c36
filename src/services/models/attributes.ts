import { traitsOf, type Product } from "../features"
import { hash } from "./product-text"

/** Bands of price to a doubling. */
const BANDS = 2
/** Traits that a product has one of. */
const ONE_EACH = /^(brand|type|collection):/

/**
 * What a product is by the shop's own order, as weighted features by hash: the path of its categories (each with those
 * above it, so that products share as much of the path as they have in common), brand, type, collection, tags, option
 * values, and the band of its price with those beside it.
 */
export function productAttributes(product: Product): Map<number, number> {
  const features = new Map<number, number>()
  const add = (name: string, weight: number) => features.set(hash(name.toLowerCase()), weight)
  product.categories.forEach(({ id }, depth) => {
    add(`category:${id}`, 1)
    if (depth > 0) {
      const path = product.categories.slice(0, depth + 1).map((category) => category.id)
      add(`path:${path.join(">")}`, 1)
    }
  })
  for (const trait of traitsOf(product)) add(trait, ONE_EACH.test(trait) ? 1 : 0.5)
  const { price } = product
  if (price !== undefined && price > 0 && Number.isFinite(price)) {
    const band = Math.round(BANDS * Math.log2(price))
    for (const [step, weight] of [
      [-1, 0.25],
      [0, 0.5],
      [1, 0.25],
    ])
      add(`price:${band + step}`, weight)
  }
  return features
}
