import type { HttpTypes } from "@medusajs/types"

/** Medusa's amounts are in major units. */
export const money = (amount: number, currency: string) =>
  new Intl.NumberFormat(undefined, { style: "currency", currency }).format(amount)

/** Calculated price of a variant, or undefined where it has none in this region. */
export function variantPrice(variant: HttpTypes.StoreProductVariant | undefined): number | undefined {
  return variant?.calculated_price?.calculated_amount ?? undefined
}

/** "from 12 €", "12 €", or "" for a product without prices. */
export function priceRange(product: HttpTypes.StoreProduct, currency: string): string {
  const prices = (product.variants ?? []).flatMap((variant) => variantPrice(variant) ?? [])
  if (!prices.length) return ""
  const low = Math.min(...prices)
  return low === Math.max(...prices) ? money(low, currency) : `from ${money(low, currency)}`
}
