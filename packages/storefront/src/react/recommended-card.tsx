import type { RecommendedItem } from "../types"

export interface RecommendedCardProps {
  item: RecommendedItem
  /** Place in the list, from 0. */
  index: number
  /** Address of the product's page. */
  href: string
  /** The two that `lineItemMetadata(requestId, placement)` wants when a card has an add-to-cart button. */
  requestId: string
  placement: string
  locale?: string
}

/** The default card: picture, title, price and the reason why it is there. */
export function RecommendedCard({ item, href, locale }: RecommendedCardProps) {
  const { product, reason } = item
  return (
    <a className="mp-card" href={href}>
      <span className="mp-card__picture">
        {product?.thumbnail && <img src={product.thumbnail} alt="" loading="lazy" width="320" height="320" />}
      </span>
      <span className="mp-card__title">{product?.title ?? item.product_id}</span>
      <span className="mp-card__price">{priceOf(item, locale)}</span>
      <span className="mp-card__reason">{reason.text}</span>
    </a>
  )
}

/** The lowest calculated price among the item's variants in the shopper's currency, or "" if none has one. */
export function priceOf(item: RecommendedItem, locale?: string): string {
  const prices = (item.product?.variants ?? []).flatMap(({ id, calculated_price: price }) =>
    price?.calculated_amount != null && price.currency_code && (!item.variant_id || item.variant_id === id)
      ? [{ amount: price.calculated_amount, currency: price.currency_code }]
      : []
  )
  if (!prices.length) return ""
  const { amount, currency } = prices.reduce((low, price) => (price.amount < low.amount ? price : low))
  return new Intl.NumberFormat(locale, { style: "currency", currency }).format(amount)
}
