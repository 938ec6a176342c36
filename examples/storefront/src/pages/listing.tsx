import { useConsent, useTrack } from "@medusa-personalization/storefront/react"
import type { HttpTypes } from "@medusajs/types"
import { useEffect, useState } from "react"
import { useSearchParams } from "react-router-dom"
import { ProductCard } from "../components/product-card"
import { RecommendedRow } from "../components/recommended-row"
import { useShop } from "../shop/context"

const PAGE = 24

/** All products, those of a category, or those a search finds. */
export function ListingPage() {
  const { categories } = useShop()
  const [search] = useSearchParams()
  const query = search.get("q") ?? undefined
  const category = categories.find(({ handle }) => handle === search.get("category"))
  const title = query ? `Results for “${query}”` : (category?.name ?? "All products")
  return (
    <main className="page" id="content" data-mp-page={query ? "search" : "category"}>
      <Listing key={`${query}/${category?.id}`} query={query} categoryId={category?.id} title={title} />
      <RecommendedRow placement="home-for-you" />
    </main>
  )
}

function Listing({ query, categoryId, title }: { query?: string; categoryId?: string; title: string }) {
  const { sdk, region } = useShop()
  const track = useTrack()
  const { consent } = useConsent()
  const [products, setProducts] = useState<HttpTypes.StoreProduct[]>([])
  const [count, setCount] = useState<number>()
  const [failed, setFailed] = useState(false)
  const [pages, setPages] = useState(1)

  useEffect(() => {
    let current = true
    const wanted = {
      q: query,
      category_id: categoryId,
      region_id: region.id,
      limit: PAGE,
      offset: (pages - 1) * PAGE,
      fields: "id,title,handle,thumbnail,*variants.calculated_price",
    }
    sdk.store.product.list(wanted).then(
      ({ products, count }) => {
        if (!current) return
        setProducts((before) => [...before.slice(0, (pages - 1) * PAGE), ...products])
        setCount(count)
      },
      () => current && setFailed(true)
    )
    return () => {
      current = false
    }
  }, [sdk, region, query, categoryId, pages])

  useEffect(() => {
    const shown = products.slice(-PAGE).map(({ id }, position) => ({ product_id: id, position }))
    if (shown.length && consent.analytics) track.view_item_list({ items: shown, placement: "listing" })
  }, [track, products, consent.analytics])

  return (
    <section aria-labelledby="listing-title">
      <div className="listing-head">
        <h1 id="listing-title">{title}</h1>
        <p className="muted" role="status">
          {failed
            ? "The products could not be loaded."
            : count === undefined
              ? "Loading…"
              : `${count} products`}
        </p>
      </div>
      <ul className="grid">
        {products.map((product, slot) => (
          <li key={product.id}>
            <ProductCard product={product} slot={slot} />
          </li>
        ))}
        {count === undefined &&
          !failed &&
          Array.from({ length: PAGE }, (_, at) => (
            <li key={at} className="mp-recs__item--loading mp-card" aria-hidden="true">
              <span className="mp-card__picture" />
              <span className="mp-card__title" />
              <span className="mp-card__price" />
            </li>
          ))}
      </ul>
      {count !== undefined && products.length < count && (
        <p className="center">
          <button className="button button--quiet" onClick={() => setPages((now) => now + 1)}>
            Show more
          </button>
        </p>
      )}
    </section>
  )
}
