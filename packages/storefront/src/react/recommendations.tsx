import { useId, useRef, type ComponentType, type ReactNode } from "react"
import type { RecommendedItem } from "../types"
import { useRecommendations, type UseRecommendationsOptions } from "./hooks"
import { RecommendedCard, type RecommendedCardProps } from "./recommended-card"

/** Words of the component, to be translated by the shop. */
export interface RecommendationsLabels {
  previous: string
  next: string
  loading: string
}

const LABELS: RecommendationsLabels = {
  previous: "Show previous products",
  next: "Show next products",
  loading: "Loading",
}

export interface RecommendationsProps extends UseRecommendationsOptions {
  /** Heading; the placement's own title if left out. */
  title?: ReactNode
  /** Draws one item; a link with picture, title, price and reason if left out. */
  itemComponent?: ComponentType<RecommendedCardProps>
  /** Address of a product's page. Default `/products/<handle>`. */
  hrefOf?: (item: RecommendedItem) => string
  /** One scrolling row, or a grid that wraps. Default `carousel`. */
  layout?: "carousel" | "grid"
  headingLevel?: 2 | 3 | 4
  /** Shown in the place of the list when it is empty; without it, an empty list takes no room. */
  empty?: ReactNode
  /** Takes a list that had to fall back to another source for an empty one, where its title would be untrue. */
  strict?: boolean
  /** BCP 47 tag for prices; the browser's if left out. */
  locale?: string
  labels?: Partial<RecommendationsLabels>
  className?: string
}

/** Cards that hold the place while loading, when no limit says how many will come. */
const PLACEHOLDERS = 6

/**
 * A labelled section with one recommended list. Nothing moves by itself; placeholders hold the room that
 * the list will take. Marks its cards for the capture, so clicks and impressions are tracked as they are.
 * Needs `@medusa-personalization/storefront/styles.css` once per page.
 */
export function Recommendations(props: RecommendationsProps) {
  const { title, itemComponent: Item = RecommendedCard, hrefOf = productPage, layout = "carousel" } = props
  const { headingLevel = 2, empty, strict, locale, className = "" } = props
  const labels = { ...LABELS, ...props.labels }
  const { recommendation, status } = useRecommendations(props)
  const list = useRef<HTMLUListElement>(null)
  const headingId = useId()
  const Heading = `h${headingLevel}` as "h2"

  const items = (strict && recommendation?.fallback ? undefined : recommendation?.items) ?? []
  const loading = status === "loading"
  const filled = loading || items.length > 0
  if (!filled && empty === undefined) return null

  const page = (direction: 1 | -1) => {
    const row = list.current
    if (!row) return
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches
    // In a right-to-left page the row begins at the right and scrolls to negative offsets.
    const sign = getComputedStyle(row).direction === "rtl" ? -direction : direction
    row.scrollBy({ left: sign * row.clientWidth * 0.9, behavior: calm ? "auto" : "smooth" })
  }
  return (
    <section
      className={`mp-recs mp-recs--${layout} ${className}`.trim()}
      aria-labelledby={headingId}
      aria-busy={loading}
      data-placement={props.placement}
    >
      <div className="mp-recs__head">
        <Heading className="mp-recs__title" id={headingId}>
          {title ?? recommendation?.title ?? labels.loading}
        </Heading>
        {filled && layout === "carousel" && (
          <div className="mp-recs__buttons">
            <button
              type="button"
              className="mp-recs__button"
              aria-label={labels.previous}
              onClick={() => page(-1)}
            >
              <Arrow />
            </button>
            <button
              type="button"
              className="mp-recs__button"
              aria-label={labels.next}
              onClick={() => page(1)}
            >
              <Arrow forward />
            </button>
          </div>
        )}
      </div>
      {filled ? (
        <ul className="mp-recs__list" ref={list}>
          {loading
            ? Array.from({ length: props.limit ?? PLACEHOLDERS }, (_, at) => (
                <li key={at} className="mp-recs__item mp-recs__item--loading" aria-hidden="true">
                  <div className="mp-card">
                    <div className="mp-card__picture" />
                    <div className="mp-card__title" />
                    <div className="mp-card__price" />
                    <div className="mp-card__reason" />
                  </div>
                </li>
              ))
            : items.map((item, at) => (
                <li
                  key={item.product_id}
                  className="mp-recs__item"
                  data-mp-product={item.product_id}
                  data-mp-request={recommendation!.request_id}
                  data-mp-placement={recommendation!.placement}
                  data-mp-slot={at}
                >
                  <Item
                    item={item}
                    index={at}
                    href={hrefOf(item)}
                    requestId={recommendation!.request_id}
                    placement={recommendation!.placement}
                    locale={locale}
                  />
                </li>
              ))}
        </ul>
      ) : (
        <div className="mp-recs__empty">{empty}</div>
      )}
    </section>
  )
}

const productPage = (item: RecommendedItem) => `/products/${item.product?.handle ?? item.product_id}`

const Arrow = ({ forward = false }) => (
  <svg className="mp-recs__arrow" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
    <path d={forward ? "m9 5 7 7-7 7" : "m15 5-7 7 7 7"} fill="none" stroke="currentColor" strokeWidth="2" />
  </svg>
)
