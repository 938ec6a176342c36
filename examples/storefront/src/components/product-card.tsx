import type { HttpTypes } from "@medusajs/types"
import { Link } from "react-router-dom"
import { useShop } from "../shop/context"
import { priceRange } from "../shop/price"

/** A product of a listing. The attributes let the capture see clicks on it. */
export function ProductCard({ product, slot }: { product: HttpTypes.StoreProduct; slot: number }) {
  const { region } = useShop()
  return (
    <article className="card" data-mp-product={product.id} data-mp-placement="listing" data-mp-slot={slot}>
      <Link className="mp-card" to={`/products/${product.handle}`}>
        <span className="mp-card__picture">
          {product.thumbnail && (
            <img src={product.thumbnail} alt="" loading="lazy" width="320" height="320" />
          )}
        </span>
        <span className="mp-card__title">{product.title}</span>
        <span className="mp-card__price">{priceRange(product, region.currency_code)}</span>
      </Link>
    </article>
  )
}
