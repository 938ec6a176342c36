import { dot } from "../vectors"
import type { CandidateSource } from "../candidate-source"
import { trailOf } from "../trail"

/** The interest of a visit moves: only its newest products make the query, each half as heavy as the one after. */
const MAX_ITEMS = 5
const STEP = 0.5

/**
 * Products with the words, categories and options of the page's product, or of what the shopper saw last:
 * nearest neighbours of their vectors' weighted centre. Names the product whose vector is nearest.
 */
export const contentSimilar: CandidateSource = {
  name: "content-similar",
  reason: "similar",
  budgetMs: 60,
  retrieve: async (query, { vectors, vectorOf }) => {
    if (!vectors) return []
    const items = (query.seeds.length > 0 ? query.seeds : trailOf(query)).slice(-MAX_ITEMS).reverse()
    const known = items.flatMap((id, step) => {
      const vector = vectorOf(id)
      return vector ? [{ id, vector, weight: query.seeds.length > 0 ? 1 : STEP ** step }] : []
    })
    if (known.length === 0) return []
    const centre = new Float32Array(vectors.dimensions)
    for (const { vector, weight } of known)
      for (let d = 0; d < centre.length; d++) centre[d] += weight * vector[d]
    // The items themselves come back first, and are never wanted.
    const found = await vectors.search(centre, query.limit + known.length)
    return found
      .filter(({ id }) => !known.some((item) => item.id === id))
      .map(({ id, score }) => ({ id, score, because: nearest(known, vectorOf(id)) }))
  },
}

function nearest(
  known: readonly { id: string; vector: Float32Array }[],
  vector: Float32Array | undefined
): string {
  let best = known[0]
  if (known.length === 1 || !vector) return best.id
  let closest = dot(best.vector, vector)
  for (const item of known) {
    const closeness = dot(item.vector, vector)
    if (closeness > closest) {
      closest = closeness
      best = item
    }
  }
  return best.id
}
