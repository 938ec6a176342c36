import type { CandidateSource } from "../candidate-source"

/** What the shopper looked at, newest first. */
export const recentlyViewed: CandidateSource = {
  name: "recently-viewed",
  reason: "recently_viewed",
  budgetMs: 10,
  retrieve: ({ shopper, limit }) => {
    const viewed = shopper.recent.filter((item) => item.type === "view_item").map((item) => item.productId)
    const newestFirst = [...new Set(viewed.reverse())].slice(0, limit)
    return newestFirst.map((id, rank) => ({ id, score: 1 / (rank + 1) }))
  },
}
