import { priceOf, Recommendations } from "@medusa-personalization/storefront/react"
import type { RecommendationsProps, RecommendedCardProps } from "@medusa-personalization/storefront/react"
import { Link } from "react-router-dom"
import { AddButton } from "./add-button"
import { useShop } from "../shop/context"

/** A row of the package, with cards that navigate inside the app. */
export const RecommendedRow = (props: RecommendationsProps) => (
  <Recommendations limit={10} {...props} className="row" itemComponent={Card} />
)

function Card({ item, href, requestId, placement }: RecommendedCardProps) {
  const { personalization } = useShop()
  const { product, reason } = item
  const variants = product?.variants ?? []
  // One click is enough where the recommendation names a variant or there is nothing to choose.
  const onlyVariant = item.variant_id ?? (variants.length === 1 ? variants[0]!.id : undefined)
  const variantTitle = variants.find(({ id }) => id === onlyVariant)?.title
  return (
    <article className="card">
      <Link className="mp-card" to={href}>
        <span className="mp-card__picture">
          {product?.thumbnail && (
            <img src={product.thumbnail} alt="" loading="lazy" width="320" height="320" />
          )}
        </span>
        <span className="mp-card__title">{product?.title ?? item.product_id}</span>
        <span className="mp-card__price">{priceOf(item)}</span>
        <span className="mp-card__reason">{reason.text}</span>
      </Link>
      {onlyVariant && (
        <AddButton
          compact
          title={[product?.title, variantTitle].filter(Boolean).join(", ")}
          variantId={onlyVariant}
          metadata={() => personalization.lineItemMetadata(requestId, placement)}
        />
      )}
    </article>
  )
}
