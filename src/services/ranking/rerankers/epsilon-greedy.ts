import { z } from "zod"
import { joined } from "../../lib"
import type { Ranked } from "../ranker.port"
import type { Reranker } from "../reranker.port"

/** Candidates that may be drawn are sought among so many times the list's length. */
const WINDOW = 8
/** Drawn from, unless the setting says otherwise. */
const POOL = 20

const share = z.number().min(0).max(0.5)

const setting = z.union([
  share,
  z.strictObject({
    /** Chance of each slot to be drawn. */
    epsilon: share,
    /** First slots that are never drawn. */
    keep: z.number().int().min(0).max(200).optional(),
    /** Candidates that are drawn from: the least shown ones outside the list. */
    pool: z.number().int().min(1).max(200).optional(),
  }),
])

/**
 * ε-greedy: each slot, by itself, is with the chance ε given to a candidate drawn evenly from those outside the list that
 * shoppers have been shown least; else it has the next item of the list. Setting: ε, or `{ epsilon, keep, pool }`.
 *
 * Propensities are exact. Of m slots that may be drawn before slot s, e are drawn with the binomial chance; then the item
 * of place s − e stands in s, if s itself is not drawn. A drawn one of n candidates stands in s with ε / n: drawing
 * without putting back treats all alike. With fewer candidates than slots only the last n slots may be drawn.
 */
export const epsilonGreedy: Reranker<z.infer<typeof setting>> = {
  name: "epsilon-greedy",
  window: WINDOW,
  setting,
  explores: true,
  rerank: ({ items, ranked, limit, setting, tallyOf, random }) => {
    const { epsilon, keep = 0, pool = POOL } = typeof setting === "number" ? { epsilon: setting } : setting
    const list = items.slice(0, limit)
    const held = new Set(list.map(({ id }) => id))
    const open = ranked
      .filter(({ id }) => !held.has(id))
      .map((item) => ({ item, shown: tallyOf(item.id).shown }))
      .sort((a, b) => a.shown - b.shown)
      .slice(0, pool)
      .map(({ item }) => item)
    const size = open.length
    const first = Math.max(keep, list.length - size)
    if (epsilon === 0 || size === 0) return list
    const shown: Ranked[] = []
    let drawn = 0
    for (let slot = 0; slot < list.length; slot++) {
      const may = slot >= first
      if (may && random.next() < epsilon) {
        const [item] = open.splice(random.int(open.length), 1)
        shown.push(joined(item, { propensity: epsilon / size, reason: "explored" }))
        drawn++
        continue
      }
      const before = binomial(Math.max(0, slot - first), drawn, epsilon)
      shown.push({ ...list[slot - drawn], propensity: before * (may ? 1 - epsilon : 1) })
    }
    return shown
  },
}

/** Chance that of `n` slots `k` are drawn. */
function binomial(n: number, k: number, chance: number): number {
  let ways = 1
  for (let i = 0; i < k; i++) ways = (ways * (n - i)) / (i + 1)
  return ways * chance ** k * (1 - chance) ** (n - k)
}
