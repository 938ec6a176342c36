import { byRank } from "../by-rank"
import type { CandidateSource } from "../candidate-source"

/**
 * The end of every chain: the trained popularity, without it what is popular now, without that the newest
 * products, so that a shop of an hour's age gets a list as well.
 */
export const popularity: CandidateSource = {
  name: "popularity",
  reason: "popular",
  budgetMs: 20,
  retrieve: ({ context, trending, limit }, { ask, newest }) => {
    const { country, device, now } = context
    const trained = ask("popularity", { context: { country, device, now } }, limit)
    if (trained.length > 0) return trained
    if (trending.length > 0) return trending.slice(0, limit)
    return byRank(newest(context.salesChannelIds))
      .slice(0, limit)
      .map(({ id, score }) => ({ id, score, reason: "new" }))
  },
}
