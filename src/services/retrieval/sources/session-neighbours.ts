import type { CandidateSource } from "../candidate-source"
import { trailOf } from "../trail"

/** What shoppers with a visit like this one looked at: VMIS-kNN over the running session, or over recent history. */
export const sessionNeighbours: CandidateSource = {
  name: "session-neighbours",
  reason: "session",
  budgetMs: 30,
  retrieve: (query, { ask }) => {
    const session = trailOf(query)
    if (session.length === 0) return []
    // What was just seen needs no neighbours to be found.
    const seen = new Set(session)
    return ask("vmis-knn", { session }, query.limit + seen.size).filter(({ id }) => !seen.has(id))
  },
}
