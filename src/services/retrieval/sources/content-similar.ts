import type { Scored } from "../../lib"
import { dot } from "../vectors"
import type { CandidateSource } from "../candidate-source"
import { trailOf } from "../trail"

/** The interest of a visit moves: only its newest products make the query, each half as heavy as the one after. */
const MAX_ITEMS = 5
const STEP = 0.5

interface Known {
  id: string
  vector: Float32Array
  weight: number
}

/**
 * Products with the words, categories and options of the page's product, or of what the shopper saw last: out of the
 * nearest neighbours of each, those that are nearest to their vectors' weighted centre. Names the product whose vector
 * is nearest.
 */
export const contentSimilar: CandidateSource = {
  name: "content-similar",
  reason: "similar",
  budgetMs: 60,
  retrieve: async (query, { neighbours, vectorOf }) => {
    const items = (query.seeds.length > 0 ? query.seeds : trailOf(query)).slice(-MAX_ITEMS).reverse()
    const known = items.flatMap((id, step): Known[] => {
      const vector = vectorOf(id)
      return vector ? [{ id, vector, weight: query.seeds.length > 0 ? 1 : STEP ** step }] : []
    })
    if (known.length === 0) return []
    // The newest first: whatever else is not known yet, its neighbours are.
    const lists = await neighbours(
      known.map(({ id }) => id),
      query.limit
    )
    if (known.length === 1) return lists[0].map(({ id, score }) => ({ id, score, because: known[0].id }))
    const own = new Set(known.map(({ id }) => id))
    const found = new Set(lists.flatMap((list) => list.map(({ id }) => id)).filter((id) => !own.has(id)))
    return nearestToCentre(known, found, vectorOf)
      .slice(0, query.limit)
      .map(({ id, score }) => ({
        id,
        score,
        because: nearest(known, vectorOf(id)!),
      }))
  },
}

function nearestToCentre(
  known: readonly Known[],
  ids: Iterable<string>,
  vectorOf: (id: string) => Float32Array | undefined
): Scored[] {
  const centre = new Float32Array(known[0].vector.length)
  for (const { vector, weight } of known)
    for (let d = 0; d < centre.length; d++) centre[d] += weight * vector[d]
  const length = Math.sqrt(dot(centre, centre))
  if (length === 0) return []
  const scored: Scored[] = []
  for (const id of ids) {
    const vector = vectorOf(id)
    if (vector) scored.push({ id, score: dot(centre, vector) / length })
  }
  return scored.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}

function nearest(known: readonly Known[], vector: Float32Array): string {
  let best = known[0].id
  let closest = -Infinity
  for (const item of known) {
    const closeness = dot(item.vector, vector)
    if (closeness > closest) {
      closest = closeness
      best = item.id
    }
  }
  return best
}
