import type { Scored } from "../../lib"
import type { CandidateSource } from "../candidate-source"

/** Where the visit points to, by the sequence model (SASRec or GRU4Rec) that has been trained, if one has. */
export const sequence: CandidateSource = {
  name: "sequence",
  reason: "viewed_next",
  budgetMs: 30,
  retrieve: (query, { follow }) => {
    const { trail } = query
    if (trail.length === 0) return []
    const seen = new Set(trail)
    const unseen = (found: readonly Scored[]) => found.filter(({ id }) => !seen.has(id)).slice(0, query.limit)
    const found = follow(trail, query.limit + seen.size)
    return Array.isArray(found) ? unseen(found) : found.then(unseen)
  },
}
