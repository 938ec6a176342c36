import { z } from "zod"
import { likeness, lookOf, type Look } from "../likeness"
import type { Reranker } from "../reranker.port"

/** Items beyond this many times the list's length are too weak to be shown for variety's sake. */
const WINDOW = 4

/**
 * Maximal marginal relevance (Carbonell & Goldstein, SIGIR 1998): takes, one after the other, the item with
 * the greatest λ · score / best score − (1 − λ) · likeness to the most alike item taken already. The setting
 * is λ, 0–1: 1 keeps the ranker's order. Likeness is the cosine of the content vectors; without vectors,
 * the share of categories in common. O(limit² · WINDOW · dimensions) at the most; lazily, as Minoux (1978) has it.
 */
export const mmr: Reranker = {
  name: "mmr",
  window: WINDOW,
  setting: z.number().min(0).max(1),
  rerank: (input) => {
    const { items, limit, setting } = input
    const pool = items.slice(0, limit * WINDOW)
    const looks: (Look | undefined)[] = pool.map(() => undefined)
    const look = (one: number): Look => (looks[one] ??= lookOf(pool[one].id, input))
    const best = pool[0]?.score || 1
    /** With the chosen that it has been compared with; with the others a value can only fall. */
    const values = Float64Array.from(pool, ({ score }) => (setting * score) / best)
    const alike = new Float64Array(pool.length)
    const compared = new Int32Array(pool.length)
    const chosen: number[] = []
    while (chosen.length < Math.min(limit, pool.length)) {
      let top = 0
      for (let one = 1; one < values.length; one++) if (values[one] > values[top]) top = one
      if (compared[top] < chosen.length) {
        const other = likeness(look(chosen[compared[top]++]), look(top))
        if (other <= alike[top]) continue
        alike[top] = other
        values[top] = (setting * pool[top].score) / best - (1 - setting) * other
      } else {
        chosen.push(top)
        values[top] = -Infinity
      }
    }
    return chosen.map((one) => pool[one])
  },
}
