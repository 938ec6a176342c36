import { bestOf } from "../best-of"
import type { Candidate, CandidateSource } from "../candidate-source"

/** More would be noise: affinities fall off quickly. */
const MAX_CATEGORIES = 3

/** Popular products of the page's product's most specific category, or of the categories the shopper returns to. */
export const categoryAffinity: CandidateSource = {
  name: "category-affinity",
  reason: "category",
  budgetMs: 20,
  retrieve: ({ shopper, seeds, limit }, { catalog, inCategory }) => {
    const wanted = new Map<string, number>()
    for (const seed of seeds) {
      const category = catalog.get(seed)?.categories.at(-1)
      if (category) wanted.set(category.id, (wanted.get(category.id) ?? 0) + 1)
    }
    const affinities = wanted.size > 0 ? wanted : shopper.categoryAffinity
    const ids = [...affinities.keys()]
    const values = [...affinities.values()]
    const best = bestOf(ids.length, MAX_CATEGORIES, (a, b) =>
      values[a] === values[b] ? ids[a] < ids[b] : values[a] > values[b]
    )
    return merged(
      [...best].map((one) => ({ ids: inCategory(ids[one]), affinity: values[one] })),
      limit
    )
  },
}

/** By affinity / rank, best first, ties by id; a product of several categories by the best of them. */
function merged(
  shelves: readonly { ids: readonly string[]; affinity: number }[],
  limit: number
): Candidate[] {
  const places = shelves.map(() => 0)
  const taken = new Set<string>()
  const found: Candidate[] = []
  while (found.length < limit) {
    let from = -1
    let score = 0
    for (let shelf = 0; shelf < shelves.length; shelf++) {
      const { ids, affinity } = shelves[shelf]
      const place = places[shelf]
      if (place === ids.length) continue
      const value = affinity / (place + 1)
      if (value < score || (value === score && from >= 0 && ids[place] > shelves[from].ids[places[from]]))
        continue
      from = shelf
      score = value
    }
    if (from < 0 || score <= 0) break
    const id = shelves[from].ids[places[from]++]
    if (taken.has(id)) continue
    taken.add(id)
    found.push({ id, score })
  }
  return found
}
