import type { Product } from "./catalog"

function textIn({ metadata }: Product, key: string): string | undefined {
  const value = metadata?.[key]
  return typeof value === "string" && value !== "" ? value : undefined
}

/** Medusa has no brand of its own: metadata `brand` (or `manufacturer`), else an option of that name. */
export const brandOf = (product: Product): string | undefined =>
  textIn(product, "brand") ?? textIn(product, "manufacturer") ?? product.options["Brand"]?.[0]

/** Who sells it on a marketplace: metadata `seller` or `vendor`. */
export const sellerOf = (product: Product): string | undefined =>
  textIn(product, "seller") ?? textIn(product, "vendor")

/** What is earned with one piece, in the price's currency: of the cheapest variant whose price and cost are known. */
export function marginOf({ variants }: Product): number | undefined {
  let cheapest: number | undefined
  let margin: number | undefined
  for (const { price, cost } of variants) {
    if (price === undefined || cost === undefined || price >= (cheapest ?? Infinity)) continue
    cheapest = price
    margin = price - cost
  }
  return margin
}
