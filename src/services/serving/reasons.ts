import type { Catalog, Product, Shopper } from "../features"
import type { CandidateSource, ReasonFacts } from "../retrieval"
import type { Reason } from "./recommendation"

/**
 * Reason code → its text. Each sentence must be true of every product whose source uses the code; what a visit or a
 * history is made of (views, carts or orders) differs, so the words leave it open.
 */
export const REASONS: Readonly<Record<string, (facts: ReasonFacts) => string>> = {
  session: () => "Chosen by shoppers with the same interests",
  viewed_next: ({ because }) =>
    because ? `Often chosen after ${because}` : "Often chosen after what you chose",
  bought_together: ({ because }) =>
    because ? `Often bought together with ${because}` : "Often bought together",
  similar: ({ because }) => (because ? `Similar to ${because}` : "Similar to what you chose"),
  category: ({ category }) => (category ? `From ${category}` : "From a category you look at"),
  buy_again: () => "You bought this before",
  recently_viewed: () => "You viewed this recently",
  trending: () => "Trending now",
  popular: () => "Popular in this shop",
  new: () => "New in this shop",
  explored: () => "Shown to find out who likes it",
  featured: () => "Featured by this shop",
  listed: () => "Part of this list",
}

/** Title of a list that holds nothing of its own sources, by the reason code of what it holds instead. */
export const FALLBACK_TITLES: Readonly<Record<string, string>> = {
  session: "You may also like",
  viewed_next: "Viewed next",
  similar: "Similar products",
  category: "More of this kind",
  trending: "Trending now",
  popular: "Popular in this shop",
  new: "New in",
}

/**
 * The true, short reason of one shown product.
 * @param found how it was found: its source, the product that explains it, a code other than the source's own
 */
export function reasonOf(
  product: Product,
  found: { source: CandidateSource | undefined; because?: string; reason?: string },
  { catalog, shopper, seeds }: { catalog: Catalog; shopper: Shopper; seeds: readonly string[] }
): Reason {
  const code = found.reason ?? found.source?.reason ?? "popular"
  // A product that is gone from the catalogue has no title to show, so it explains nothing.
  const explaining = found.because === undefined ? undefined : catalog.get(found.because)
  const category = code === "category" ? categoryOf(product, catalog, shopper, seeds) : undefined
  const text = REASONS[code] ?? found.source?.reasonText ?? (() => "Chosen for you")
  const reason = { code, text: text({ because: explaining?.title, category }) }
  return explaining ? { ...reason, because: explaining.id } : reason
}

/** The category by which the product was found: the seed's own, else the one the shopper likes most. */
function categoryOf(
  product: Product,
  catalog: Catalog,
  shopper: Shopper,
  seeds: readonly string[]
): string | undefined {
  for (const seed of seeds) {
    const own = catalog.get(seed)?.categories.at(-1)
    if (own && product.categories.some(({ id }) => id === own.id)) return own.name
  }
  let best: { name: string; affinity: number } | undefined
  for (const { id, name } of product.categories) {
    const affinity = shopper.categoryAffinity.get(id) ?? 0
    if (affinity > (best?.affinity ?? 0)) best = { name, affinity }
  }
  return best?.name
}
