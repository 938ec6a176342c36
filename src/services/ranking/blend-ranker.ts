import type { Ranked, Ranker, RankInput } from "./ranker.port"

/** Share of all source weights that goes to the shopper's liking of the category: enough to tip a close race. */
const AFFINITY_SHARE = 0.15

/**
 * Weighted sum of the sources' votes, plus a small share for the shopper's liking of the product's categories.
 * A product that several sources name beats one that a single source names, which is what a blend is for.
 * Features: the votes in the order of the placement's sources, 0 where a source did not name it, then `affinity`.
 */
export class BlendRanker implements Ranker {
  readonly name = "blend"

  featureNames({ sources }: RankInput): string[] {
    return [...sources.map(({ name }) => name), "affinity"]
  }

  rank({ candidates, sources }: RankInput): Ranked[] {
    const affinityWeight = AFFINITY_SHARE * sources.reduce((sum, { weight }) => sum + weight, 0)
    const ranked = candidates.map(({ id, votes, affinity }): Ranked => {
      const features: number[] = []
      let score = affinityWeight * affinity
      let most = -1
      let strongest = 0
      for (let place = 0; place < sources.length; place++) {
        const vote = votes[place]?.score ?? 0
        features.push(vote)
        const share = sources[place].weight * vote
        score += share
        if (vote > 0 && share > most) {
          most = share
          strongest = place
        }
      }
      features.push(affinity)
      const vote = votes[strongest]
      return {
        id,
        score,
        source: sources[strongest].name,
        because: vote?.because,
        reason: vote?.reason,
        features,
      }
    })
    return ranked.sort(byScore)
  }
}

function byScore(a: Ranked, b: Ranked): number {
  if (a.score !== b.score) return b.score - a.score
  return a.id < b.id ? -1 : 1
}
