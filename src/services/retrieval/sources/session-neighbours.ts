import type { CandidateSource } from "../candidate-source"

/** What shoppers with a visit like this one looked at: VMIS-kNN over the running session, or over recent history. */
export const sessionNeighbours: CandidateSource = {
  name: "session-neighbours",
  reason: "session",
  budgetMs: 30,
  retrieve: (query, { ask }) => {
    const session = query.trail
    if (session.length === 0) return []
    // What was just seen needs no neighbours to be found.
    const seen = new Set(session)
    // Months of history have no telling order: the model weighs them as a set and not as a visit.
    const running = query.shopper.session.length + query.seeds.length > 0
    return ask("vmis-knn", running ? { session } : { history: session }, query.limit + seen.size).filter(
      ({ id }) => !seen.has(id)
    )
  },
}
