import type { CandidateSource } from "../candidate-source"

/** Share of the most popular product's attention; with less, "trending" would not be true. */
const ENOUGH = 0.05

/** What the whole shop looks at now: a live feature, so it works before any training. */
export const popularNow: CandidateSource = {
  name: "popular-now",
  reason: "trending",
  budgetMs: 10,
  retrieve: ({ trending, limit }) => {
    let enough = 0
    while (enough < Math.min(limit, trending.length) && trending[enough].score >= ENOUGH) enough++
    return trending.slice(0, enough)
  },
}
