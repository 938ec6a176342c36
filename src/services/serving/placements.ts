import type { Placement } from "./placement"

const FILTERS = { inStock: true, notInCart: true, notSeeds: true, notBoughtDays: 30 }

/** The lists that work without any setting. */
export const PLACEMENTS: readonly Placement[] = [
  {
    name: "home-for-you",
    title: "For you",
    sources: {
      "session-neighbours": 1,
      "content-similar": 0.6,
      "sequential-rules": 0.6,
      "category-affinity": 0.5,
      "popular-now": 0.15,
      popularity: 0.1,
      "new-arrivals": 0.05,
    },
    fallback: [],
    filters: FILTERS,
    rerank: { mmr: 0.5 },
    limit: 12,
  },
  {
    name: "pdp-similar",
    title: "Similar products",
    requires: "product_id",
    sources: { "content-similar": 1, "sequential-rules": 0.5, "session-neighbours": 0.4 },
    fallback: ["category-affinity", "popular-now"],
    filters: { ...FILTERS, notBoughtDays: 0 },
    limit: 12,
  },
  {
    name: "pdp-bought-together",
    title: "Bought together",
    requires: "product_id",
    sources: { "bought-together": 1 },
    fallback: ["sequential-rules", "session-neighbours", "category-affinity", "popular-now"],
    filters: FILTERS,
    limit: 6,
  },
  {
    name: "cart-complete",
    title: "Goes well with your cart",
    requires: "cart_id",
    sources: { "bought-together": 1, "session-neighbours": 0.3 },
    fallback: ["sequential-rules", "category-affinity", "popular-now"],
    filters: FILTERS,
    limit: 6,
  },
  {
    name: "recently-viewed",
    title: "Recently viewed",
    sources: { "recently-viewed": 1 },
    fallback: ["popular-now"],
    fallbackWhen: "empty",
    filters: { ...FILTERS, inStock: false, notInCart: false, notBoughtDays: 0 },
    limit: 12,
  },
  {
    name: "trending",
    title: "Trending now",
    sources: { "popular-now": 1 },
    fallback: [],
    filters: { ...FILTERS, notBoughtDays: 0 },
    limit: 12,
  },
  {
    name: "new-arrivals",
    title: "New in",
    sources: { "new-arrivals": 1 },
    fallback: [],
    filters: { ...FILTERS, notBoughtDays: 0 },
    limit: 12,
  },
  {
    name: "listing-rerank",
    title: "For you",
    requires: "product_ids",
    sources: {
      "session-neighbours": 1,
      "content-similar": 0.6,
      "sequential-rules": 0.6,
      "category-affinity": 0.5,
      "popular-now": 0.15,
      popularity: 0.1,
    },
    fallback: [],
    // A listing is the shop's choice: it is put in order, and nothing of it is hidden.
    filters: { inStock: false, notInCart: false, notSeeds: false, notBoughtDays: 0 },
    limit: 200,
  },
]
