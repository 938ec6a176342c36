import type { Scored } from "../../lib"
import type { ModelQuery } from "../model"
import type { ItemFacts } from "./item-facts"

const PER_SOURCE = ["share", "rank", "score"] as const
const COMMON = [
  "sources",
  "best_rank",
  "mean_rank",
  "demand",
  "demand_now",
  "times_seen",
  "steps_since",
  "is_last",
  "query_items",
  "query_distinct",
  "same_leaf_as_last",
  "leaf_share",
  "same_root_as_last",
  "root_share",
] as const

/** Names of the features, in their order. */
export function blendFeatureNames(sources: readonly string[]): string[] {
  return [...sources.flatMap((source) => PER_SOURCE.map((name) => `${source}.${name}`)), ...COMMON]
}

/** Place of `mean_rank` in a row that joins so many sources. */
export const meanRankAt = (sources: number): number =>
  sources * PER_SOURCE.length + COMMON.indexOf("mean_rank")

export interface BlendCandidates {
  ids: string[]
  /** Row-major, one row per id. */
  values: Float32Array
}

/** What one source said to a question. */
export interface SourceAnswer {
  list: readonly Scored[]
  /** Scores of any items, in their order, where the source can say them. */
  score?(ids: readonly string[]): Float64Array
}

/**
 * Joins the sources' answers into one row of features per item. Per source: score over the list's best, 1/(1 + rank)
 * and the score itself, 0 where the source does not name the item. The order of the rows is that of the first mention.
 */
export function blendCandidates(
  answers: readonly SourceAnswer[],
  query: ModelQuery,
  facts: ItemFacts
): BlendCandidates {
  const rows = new Map<string, number>()
  for (const { list } of answers) for (const { id } of list) if (!rows.has(id)) rows.set(id, rows.size)
  const ids = [...rows.keys()]
  const common = answers.length * PER_SOURCE.length
  const width = common + COMMON.length
  const values = new Float32Array(rows.size * width)
  answers.forEach(({ list, score }, source) => {
    const best = list.length > 0 && list[0].score > 0 ? list[0].score : 1
    score?.(ids).forEach((value, row) => {
      const at = row * width + source * PER_SOURCE.length
      values[at] = value / best
      values[at + 2] = value
    })
    for (let rank = 0; rank < list.length; rank++) {
      const at = rows.get(list[rank].id)! * width
      const reciprocal = 1 / (1 + rank)
      values[at + source * PER_SOURCE.length] = list[rank].score / best
      values[at + source * PER_SOURCE.length + 1] = reciprocal
      values[at + source * PER_SOURCE.length + 2] = list[rank].score
      values[at + common] += 1
      values[at + common + 1] = Math.max(values[at + common + 1], reciprocal)
      values[at + common + 2] += reciprocal / answers.length
    }
  })
  const asked = [...(query.history ?? []), ...(query.session ?? []), ...(query.seeds ?? [])]
  const seen = new Map<string, { times: number; last: number }>()
  asked.forEach((id, position) => {
    seen.set(id, { times: (seen.get(id)?.times ?? 0) + 1, last: position })
  })
  const groups = groupsOf(asked, facts)
  for (const [id, row] of rows) {
    const at = row * width + common
    const item = facts.numberOf(id)
    const before = seen.get(id)
    if (before) {
      values[at + 5] = before.times
      values[at + 6] = 1 / (asked.length - before.last)
      values[at + 7] = before.last === asked.length - 1 ? 1 : 0
    }
    values[at + 8] = asked.length
    values[at + 9] = seen.size
    if (item < 0) continue
    values[at + 3] = facts.demand[item]
    values[at + 4] = facts.demandNow[item]
    const leaf = facts.leaf[item]
    const root = facts.root[item]
    if (leaf >= 0) {
      values[at + 10] = leaf === groups.lastLeaf ? 1 : 0
      values[at + 11] = (groups.leaves.get(leaf) ?? 0) / asked.length
    }
    if (root >= 0) {
      values[at + 12] = root === groups.lastRoot ? 1 : 0
      values[at + 13] = (groups.roots.get(root) ?? 0) / asked.length
    }
  }
  return { ids, values }
}

/** How often each category and collection is among what was asked from. */
function groupsOf(asked: readonly string[], facts: ItemFacts) {
  const leaves = new Map<number, number>()
  const roots = new Map<number, number>()
  let lastLeaf = -1
  let lastRoot = -1
  for (const id of asked) {
    const item = facts.numberOf(id)
    if (item < 0) continue
    lastLeaf = facts.leaf[item]
    lastRoot = facts.root[item]
    leaves.set(lastLeaf, (leaves.get(lastLeaf) ?? 0) + 1)
    roots.set(lastRoot, (roots.get(lastRoot) ?? 0) + 1)
  }
  return { leaves, roots, lastLeaf, lastRoot }
}
