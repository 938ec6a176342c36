import { dot } from "../vectors"
import type { CandidateSource, RetrievalQuery, Weighted } from "../candidate-source"

/** The interest of a visit moves: only its newest products make the query, each half as heavy as the one after. */
const MAX_ITEMS = 5
const STEP = 0.5

/** What the list is about, the newest first. */
function itemsOf(query: RetrievalQuery): Weighted[] {
  const { seeds } = query
  const items = (seeds.length > 0 ? seeds : query.trail).slice(-MAX_ITEMS).reverse()
  return items.map((id, step) => ({ id, weight: seeds.length > 0 ? 1 : STEP ** step }))
}

/**
 * Products with the words, categories and options of the page's product, or of what the shopper saw last: nearest
 * neighbours of their vectors' weighted centre. It is explained by that of them whose vector is nearest.
 */
export const contentSimilar: CandidateSource = {
  name: "content-similar",
  reason: "similar",
  budgetMs: 60,
  retrieve: (query, { nearest }) => {
    const items = itemsOf(query)
    return items.length === 0 ? [] : nearest(items, query.limit)
  },
  explain: (id, query, { vectorOf }) => {
    const vector = vectorOf(id)
    let best: string | undefined
    let closest = -Infinity
    for (const item of itemsOf(query)) {
      const known = vectorOf(item.id)
      if (!known || !vector) continue
      const closeness = dot(known, vector)
      if (closeness > closest) {
        closest = closeness
        best = item.id
      }
    }
    return best
  },
}
