import type { Scored } from "./scored"

/** What one ranked list is worth for its targets. All between 0 and 1. */
export interface ListMetrics {
  /** 1 when some target is among the first k. */
  hr: number
  /** Reciprocal rank of the best target among the first k. */
  mrr: number
  ndcg: number
  recall: number
  /** Average precision at k, divided by min(k, targets). */
  map: number
}

/**
 * Ranks (from 1) of the targets in a list, best first. Ties are broken against the target: of items with the
 * same score the target counts as the last. The list must hold one item more than the largest k of interest,
 * so that a tie across the cut is seen as well; a target not in the list is left out.
 */
export function pessimisticRanks(list: readonly Scored[], targets: ReadonlySet<string>): number[] {
  const ranks: number[] = []
  for (let begin = 0; begin < list.length;) {
    let end = begin
    let hits = 0
    while (end < list.length && list[end].score === list[begin].score) {
      if (targets.has(list[end].id)) hits++
      end++
    }
    for (let i = hits - 1; i >= 0; i--) ranks.push(end - i)
    begin = end
  }
  return ranks
}

/** Metrics at `k` from the ranks of the targets found; `targets` is how many there were to find. */
export function listMetrics(ranks: readonly number[], targets: number, k: number): ListMetrics {
  let gain = 0
  let hits = 0
  let precision = 0
  let best = 0
  for (const rank of ranks) {
    if (rank > k) continue
    hits++
    if (best === 0) best = rank
    gain += 1 / Math.log2(rank + 1)
    precision += hits / rank
  }
  const findable = Math.min(k, targets)
  let ideal = 0
  for (let rank = 1; rank <= findable; rank++) ideal += 1 / Math.log2(rank + 1)
  return {
    hr: hits > 0 ? 1 : 0,
    mrr: best > 0 ? 1 / best : 0,
    ndcg: ideal > 0 ? gain / ideal : 0,
    recall: targets > 0 ? hits / targets : 0,
    map: findable > 0 ? precision / findable : 0,
  }
}
