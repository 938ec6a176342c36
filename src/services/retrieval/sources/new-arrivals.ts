import { byRank } from "../by-rank"
import type { CandidateSource } from "../candidate-source"

/** The newest products that can be bought here. */
export const newArrivals: CandidateSource = {
  name: "new-arrivals",
  reason: "new",
  budgetMs: 10,
  retrieve: ({ context, limit }, { newest }) => byRank(newest(context.salesChannelIds)).slice(0, limit),
}
