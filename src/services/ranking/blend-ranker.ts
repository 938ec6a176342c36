import { bestOf } from "../retrieval"
import type { Ranked, Ranker, RankInput } from "./ranker.port"

/**
 * Weighted sum of the sources' votes, plus a small share for each feature, over the sum of the weights.
 * A product that several sources name beats one that a single source names, which is what a blend is for.
 * Features: the votes in the order of the placement's sources, 0 where a source did not name it, then the features'
 * values, then the sum itself as `blend`.
 */
export class BlendRanker implements Ranker {
  readonly name = "blend"

  featureNames({ sources, features }: RankInput): string[] {
    return [...sources.map(({ name }) => name), ...features.map(({ name }) => name), "blend"]
  }

  rank(input: RankInput): Ranked[] {
    const { ids } = input.candidates
    const scores = this.scores(input)
    const best = bestOf(ids.length, input.wanted, (a, b) =>
      scores[a] === scores[b] ? ids[a] < ids[b] : scores[a] > scores[b]
    )
    const ranked: Ranked[] = []
    for (const one of best) {
      const { source, features } = this.explain(one, input, scores[one])
      ranked.push({ id: ids[one], score: scores[one], source, features })
    }
    return ranked
  }

  /** One score a candidate, in their order. */
  scores({ candidates, sources, features }: RankInput): Float64Array {
    const { ids, votes, features: values } = candidates
    const total = sources.reduce((sum, { weight }) => sum + weight, 0) || 1
    const scores = new Float64Array(ids.length)
    for (let one = 0, at = 0, of = 0; one < scores.length; one++) {
      let score = 0
      for (let place = 0; place < sources.length; place++) score += sources[place].weight * votes[at++]
      score /= total
      for (const { share } of features) score += share * values[of++]
      scores[one] = score
    }
    return scores
  }

  /** What ranked a candidate. */
  explain(
    one: number,
    { candidates, sources, features: { length } }: RankInput,
    blend: number
  ): Pick<Ranked, "source" | "features"> {
    // Of the right length at once: exposures hold them until they are written.
    const features = new Array<number>(sources.length + length + 1)
    let most = -1
    let strongest = 0
    for (let place = 0; place < sources.length; place++) {
      const vote = candidates.votes[one * sources.length + place]
      features[place] = vote
      const share = sources[place].weight * vote
      if (vote > 0 && share > most) {
        most = share
        strongest = place
      }
    }
    for (let at = 0; at < length; at++) features[sources.length + at] = candidates.features[one * length + at]
    features[sources.length + length] = blend
    return { source: sources[strongest].name, features }
  }
}
