import { pastOf } from "../trail"
import type { CandidateSource } from "../candidate-source"

/** The model it asks. */
export const FACTORS = "ials"

/**
 * What shoppers with a history like this one took, by matrix factorisation (iALS): the lasting taste beside the running
 * visit, which other sources follow.
 */
export const userFactors: CandidateSource = {
  name: "user-factors",
  reason: "session",
  budgetMs: 20,
  retrieve: ({ shopper, limit }, { pool }) => {
    const history = pastOf(shopper)
    if (history.length === 0) return []
    const met = new Set([...history, ...shopper.session])
    return pool(FACTORS, history, limit + met.size)
      .filter(({ id }) => !met.has(id))
      .slice(0, limit)
  },
}
