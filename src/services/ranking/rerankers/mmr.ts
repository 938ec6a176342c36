import { z } from "zod"
import { likeness, lookOf } from "../likeness"
import type { Ranked } from "../ranker.port"
import type { Reranker } from "../reranker.port"

/** Items beyond this many times the list's length are too weak to be shown for variety's sake. */
const WINDOW = 4

/**
 * Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998): takes, one after the other, the item with
 * the greatest λ · score / best score − (1 − λ) · likeness to the most alike item taken already. The setting
 * is λ, 0–1: 1 keeps the ranker's order. Likeness is the cosine of the content vectors; without vectors,
 * the share of categories in common. O(limit² · WINDOW · dimensions).
 */
export const mmr: Reranker = {
  name: "mmr",
  window: WINDOW,
  setting: z.number().min(0).max(1),
  rerank: (input) => {
    const { items, limit, setting } = input
    const pool = items.slice(0, limit * WINDOW)
    const looks = pool.map(({ id }) => lookOf(id, input))
    const best = pool[0]?.score || 1
    const alike = new Float64Array(pool.length)
    const open = pool.map((_, index) => index)
    const chosen: Ranked[] = []
    while (chosen.length < limit && open.length > 0) {
      let at = 0
      let top = -Infinity
      for (let i = 0; i < open.length; i++) {
        const value = (setting * pool[open[i]].score) / best - (1 - setting) * alike[open[i]]
        if (value > top) {
          top = value
          at = i
        }
      }
      const [taken] = open.splice(at, 1)
      chosen.push(pool[taken])
      if (chosen.length === limit) break
      for (const one of open) alike[one] = Math.max(alike[one], likeness(looks[taken], looks[one]))
    }
    return chosen
  },
}
