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

  featureNames({ weights }: RankInput): string[] {
    return [...Object.keys(weights), "affinity"]
  }

  rank({ candidates, weights }: RankInput): Ranked[] {
    const sources = Object.entries(weights)
    const affinityWeight = AFFINITY_SHARE * sources.reduce((sum, [, weight]) => sum + weight, 0)
    const ranked = candidates.map(({ id, sources: votes, affinity }): Ranked => {
      const features: number[] = []
      let score = 0
      let most = -1
      let source = ""
      for (const [name, weight] of sources) {
        const vote = votes.get(name)?.score ?? 0
        features.push(vote)
        score += weight * vote
        if (vote > 0 && weight * vote > most) {
          most = weight * vote
          source = name
        }
      }
      features.push(affinity)
      const { because, reason } = votes.get(source) ?? {}
      return { id, score: score + affinityWeight * affinity, source, because, reason, features }
    })
    return ranked.sort(byScore)
  }
}

function byScore(a: Ranked, b: Ranked): number {
  if (a.score !== b.score) return b.score - a.score
  return a.id < b.id ? -1 : 1
}
