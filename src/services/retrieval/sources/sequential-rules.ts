import type { CandidateSource } from "../candidate-source"

/** What is looked at right after the page's product, or after the products of the running visit. */
export const sequentialRules: CandidateSource = {
  name: "sequential-rules",
  reason: "viewed_next",
  budgetMs: 30,
  retrieve: (query, { ask }) => {
    // A page is about its product: the visit before it must not drown what follows that product.
    const session = query.seeds.length > 0 ? query.seeds : query.trail
    if (session.length === 0) return []
    const seen = new Set(session)
    const found = ask("sequential-rules", { session }, query.limit + seen.size).filter(
      ({ id }) => !seen.has(id)
    )
    if (session.length > 1) return found
    return found.map(({ id, score, number }) => ({ id, score, number, because: session[0] }))
  },
}
