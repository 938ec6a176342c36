import type { HttpTypes } from "@medusajs/types"
import { useEffect, useState } from "react"
import { Link, useParams } from "react-router-dom"
import { AddButton } from "../components/add-button"
import { RecommendedRow } from "../components/recommended-row"
import { useShop } from "../shop/context"
import { money, priceRange, variantPrice } from "../shop/price"

const FIELDS = "*variants.calculated_price,+variants.inventory_quantity,*categories,*images,*options.values"

export function ProductPage() {
  const { handle } = useParams()
  const { sdk, region } = useShop()
  const [found, setFound] = useState<{ handle?: string; product?: HttpTypes.StoreProduct }>({})

  useEffect(() => {
    let current = true
    const done = (product?: HttpTypes.StoreProduct) => current && setFound({ handle, product })
    sdk.store.product.list({ handle, region_id: region.id, fields: FIELDS }).then(
      ({ products }) => done(products[0]),
      () => done()
    )
    return () => {
      current = false
    }
  }, [sdk, region, handle])

  const ready = found.handle === handle
  const product = ready ? found.product : undefined
  if (ready && !product) {
    return (
      <main className="page notice" id="content">
        <h1>This product is gone</h1>
        <Link to="/products">See all products</Link>
      </main>
    )
  }
  return (
    <main className="page" id="content" data-mp-page="product" data-mp-view={product?.id}>
      {product ? (
        <Details key={product.id} product={product} />
      ) : (
        <div className="details details--loading" />
      )}
      <RecommendedRow placement="pdp-bought-together" productId={product?.id} enabled={!!product} />
      <RecommendedRow placement="pdp-similar" productId={product?.id} enabled={!!product} />
    </main>
  )
}

function Details({ product }: { product: HttpTypes.StoreProduct }) {
  const { region, personalization } = useShop()
  const variants = product.variants ?? []
  const first = variants.find(isInStock) ?? variants[0]
  const [chosen, setChosen] = useState<Record<string, string>>(() =>
    Object.fromEntries((first?.options ?? []).map(({ option_id, value }) => [option_id ?? "", value]))
  )
  const variant = variants.find(({ options }) =>
    (options ?? []).every(({ option_id, value }) => chosen[option_id ?? ""] === value)
  )
  const price = variantPrice(variant)
  const category = product.categories?.[0]
  const image = product.images?.[0]?.url ?? product.thumbnail
  return (
    <section className="details">
      <div className="details__picture">
        {image && <img src={image} alt={product.title} width="640" height="640" />}
      </div>
      <div className="details__text">
        {category && (
          <p className="crumb">
            <Link to={`/products?category=${category.handle}`}>{category.name}</Link>
          </p>
        )}
        <h1>{product.title}</h1>
        <p className="price">
          {price === undefined
            ? priceRange(product, region.currency_code)
            : money(price, region.currency_code)}
        </p>
        {product.description && <p>{product.description}</p>}
        {(product.options ?? []).map((option) => (
          <fieldset key={option.id} className="option">
            <legend>{option.title}</legend>
            {(option.values ?? []).map(({ value }) => (
              <label key={value} className="choice">
                <input
                  type="radio"
                  name={option.id}
                  checked={chosen[option.id] === value}
                  onChange={() => setChosen({ ...chosen, [option.id]: value })}
                />
                <span>{value}</span>
              </label>
            ))}
          </fieldset>
        ))}
        <AddButton
          variantId={variant?.id}
          title={product.title}
          disabled={!variant || !isInStock(variant)}
          metadata={() => personalization.lineItemMetadataFor(product.id)}
        />
        <p className="muted">
          {!variant ? "Not made in this combination" : isInStock(variant) ? "In stock" : "Sold out"}
        </p>
      </div>
    </section>
  )
}

const isInStock = (variant: HttpTypes.StoreProductVariant) =>
  !variant.manage_inventory || !!variant.allow_backorder || (variant.inventory_quantity ?? 0) > 0
