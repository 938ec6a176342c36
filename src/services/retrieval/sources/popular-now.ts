import type { CandidateSource } from "../candidate-source"

/** What the whole shop looks at now: a live feature, so it works before any training. */
export const popularNow: CandidateSource = {
  name: "popular-now",
  reason: "trending",
  budgetMs: 10,
  retrieve: ({ trending, limit }) => trending.slice(0, limit),
}
