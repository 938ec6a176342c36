import type { CandidateSource } from "../candidate-source"

/** The newest products that can be bought here. */
export const newArrivals: CandidateSource = {
  name: "new-arrivals",
  reason: "new",
  budgetMs: 10,
  retrieve: ({ context, limit }, { newest }) =>
    newest(context.salesChannelIds)
      .slice(0, limit)
      .map((id, rank) => ({ id, score: 1 / (rank + 1) })),
}
