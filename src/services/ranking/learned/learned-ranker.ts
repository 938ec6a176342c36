import { bestOf } from "../../retrieval"
import { BlendRanker } from "../blend-ranker"
import type { Ranked, Ranker, RankInput } from "../ranker.port"
import type { Scorer } from "./fit-ranker"
import { effective, gateValues } from "./weights"

/**
 * Orders candidates by weights learned from shown lists; as the fixed blend does until there are some. Only the weights
 * depend on the situation, so they are worked out once a list and a list costs what the fixed blend's does.
 * Trees, where there are some, put the best of them into their final order. Scores are odds relative to the best product's.
 */
export class LearnedRanker implements Ranker {
  readonly name = "learned"
  private readonly fixed = new BlendRanker()

  constructor(private readonly scorer: () => Scorer | undefined) {}

  featureNames(input: RankInput): string[] {
    return this.fixed.featureNames(input)
  }

  rank(input: RankInput): Ranked[] {
    const scorer = this.scorer()
    if (!scorer) return this.fixed.rank(input)
    const { weights, stack } = scorer
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
    for (let one = 0, vote = 0, feature = 0; one < ids.length; one++) {
      let score = blend * blended[one]
      for (let at = 0; at < sources; at++) score += counts[at] * votes[vote++]
      for (let at = 0; at < width; at++) score += counts[sources + at] * features[feature++]
      scores[one] = score
    }
    const best = Array.from(
      bestOf(ids.length, input.wanted, (a, b) =>
        scores[a] === scores[b] ? ids[a] < ids[b] : scores[a] > scores[b]
      )
    )
    const ranked = best.map((one) => ({
      id: ids[one],
      score: scores[one],
      ...this.fixed.explain(one, input, blended[one]),
    }))
    if (stack) {
      const rows = ranked.flatMap((item) => item.features)
      const added = stack.add(
        names,
        rows,
        input.situation,
        Float64Array.from(ranked, ({ score }) => score)
      )
      ranked.forEach((item, i) => (item.score += added[i]))
      ranked.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    }
    const most = ranked.length > 0 ? ranked[0].score : 0
    for (const item of ranked) item.score = Math.exp(item.score - most)
    return ranked
  }
}
