import type { RankFeature } from "../rank-feature"
import { ListValues } from "../list-values"

const bySet = new ListValues()

/** How much the shopper cares for the categories of a product, 0–1: that of the best liked one. */
export const affinity: RankFeature = {
  name: "affinity",
  // Enough to tip a close race.
  share: 0.15,
  prepare: ({ shopper: { categoryAffinity }, catalog: { cards } }) => {
    if (categoryAffinity.size === 0) return undefined
    const ofSet = bySet.begin((set) => {
      let best = 0
      for (const id of cards.categorySets.idsOf(set)) best = Math.max(best, categoryAffinity.get(id) ?? 0)
      return best
    })
    return (number) => ofSet(cards.categoriesOf(number))
  },
}
