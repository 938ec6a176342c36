import { Photo } from "@medusajs/icons"
import { Badge, Text } from "@medusajs/ui"
import { Link } from "react-router-dom"
import { useRecommendedWith } from "../hooks/use-recommended-with"
import { useWords } from "../hooks/use-words"
import type { RecommendedWithItem } from "../lib/api"
import { Notice, QueryState } from "./query-state"
import { Section } from "./section"

const LIMIT = 6

/** What shoppers who look at a product are shown, each with its score and the reason. */
export function RecommendedWith({ productId }: { productId: string }) {
  const { t } = useWords()
  const query = useRecommendedWith(productId, LIMIT)
  return (
    <Section title={t("recommendedWith.title")} subtitle={t("recommendedWith.subtitle")}>
      <QueryState query={query} rows={LIMIT}>
        {({ items }) =>
          items.length > 0 ? (
            <ol className="divide-y">
              {items.map((item) => (
                <li key={item.product_id}>
                  <ItemLink item={item} />
                </li>
              ))}
            </ol>
          ) : (
            <Notice title={t("recommendedWith.emptyTitle")} text={t("recommendedWith.emptyText")} />
          )
        }
      </QueryState>
    </Section>
  )
}

function ItemLink({ item }: { item: RecommendedWithItem }) {
  const { t, score } = useWords()
  return (
    <Link
      to={`/products/${item.product_id}`}
      className="transition-fg hover:bg-ui-bg-base-hover focus-visible:bg-ui-bg-base-hover focus-visible:shadow-borders-focus flex items-center gap-x-3 px-6 py-3 outline-none"
    >
      <span className="bg-ui-bg-component border-ui-border-base flex h-10 w-8 shrink-0 items-center justify-center overflow-hidden rounded border">
        {item.thumbnail ? (
          <img src={item.thumbnail} alt="" loading="lazy" className="h-full w-full object-cover" />
        ) : (
          <Photo aria-hidden className="text-ui-fg-subtle" />
        )}
      </span>
      <span className="min-w-0 flex-1">
        <Text as="span" size="small" leading="compact" weight="plus" className="block truncate">
          {item.title}
        </Text>
        <Text as="span" size="small" leading="compact" className="text-ui-fg-subtle block">
          {t(`reason.${item.reason.code}`, {}, item.reason.text)}
        </Text>
      </span>
      <Badge size="2xsmall" className="tabular-nums">
        <span className="sr-only">{t("recommendedWith.score")} </span>
        {score(item.score)}
      </Badge>
    </Link>
  )
}
