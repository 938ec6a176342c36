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
    const top = [...affinities].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MAX_CATEGORIES)
    const best = new Map<string, Candidate>()
    for (const [category, affinity] of top) {
      inCategory(category)
        .slice(0, limit)
        .forEach((id, rank) => {
          const score = affinity / (rank + 1)
          if (score > (best.get(id)?.score ?? 0)) best.set(id, { id, score })
        })
    }
    return [...best.values()].sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, limit)
  },
}
