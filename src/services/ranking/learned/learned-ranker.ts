import { bestOf } from "../../retrieval"
import { BlendRanker } from "../blend-ranker"
import type { Ranked, Ranker, RankInput } from "../ranker.port"
import { gateValues, effective, type Weights } from "./weights"

/**
 * Orders candidates by weights learned from shown lists; as the fixed blend does until there are some. Only the weights
 * depend on the situation, so they are worked out once a list and a list costs what the fixed blend's does.
 * Scores are odds relative to the best product's.
 */
export class LearnedRanker implements Ranker {
  readonly name = "learned"
  private readonly fixed = new BlendRanker()

  constructor(private readonly weights: () => Weights | undefined) {}

  featureNames(input: RankInput): string[] {
    return this.fixed.featureNames(input)
  }

  rank(input: RankInput): Ranked[] {
    const weights = this.weights()
    if (!weights) return this.fixed.rank(input)
    const { ids, votes, features } = input.candidates
    const names = this.featureNames(input)
    const counts = effective(
      weights,
      weights.of(input.placement, names),
      gateValues(input.situation),
      new Float64Array(names.length)
    )
    const blended = this.fixed.scores(input)
    const blend = counts[names.length - 1]
    const sources = input.sources.length
    const width = input.features.length
    const scores = new Float64Array(ids.length)
    let most = -Infinity
    for (let one = 0, vote = 0, feature = 0; one < ids.length; one++) {
      let score = blend * blended[one]
      for (let at = 0; at < sources; at++) score += counts[at] * votes[vote++]
      for (let at = 0; at < width; at++) score += counts[sources + at] * features[feature++]
      scores[one] = score
      if (score > most) most = score
    }
    const best = bestOf(ids.length, input.wanted, (a, b) =>
      scores[a] === scores[b] ? ids[a] < ids[b] : scores[a] > scores[b]
    )
    return Array.from(best, (one) => ({
      id: ids[one],
      score: Math.exp(scores[one] - most),
      ...this.fixed.explain(one, input, blended[one]),
    }))
  }
}
