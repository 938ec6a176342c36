import { z } from "zod"
import { cosine, lookOf } from "../likeness"
import type { Ranked } from "../ranker.port"
import type { Reranker } from "../reranker.port"

/** As MMR's. */
const WINDOW = 4
/** Less new volume than this is the rounding of an item that the taken ones span already. */
const SPANNED = 1e-9

/**
 * Greedy MAP of a determinantal point process (Chen, Zhang & Zhou, NeurIPS 2018): takes, one after the other, the item
 * that adds most to λ · Σ score / best score + (1 − λ) · log det S, where S holds (1 + cosine) / 2 of each pair. It
 * sees what the whole list lacks, where MMR looks at the most alike item alone. The setting is λ, 0–1: 1 keeps the
 * ranker's order. The rows of the Cholesky factor are kept up to date, so that it costs O(limit² · limit · WINDOW).
 * Once nothing differs any more, the rest comes in the ranker's order.
 */
export const dpp: Reranker = {
  name: "dpp",
  window: WINDOW,
  setting: z.number().min(0).max(1),
  rerank: (input) => {
    const { items, limit, setting } = input
    const pool = items.slice(0, limit * WINDOW)
    const looks = pool.map(({ id }) => lookOf(id, input))
    const best = pool[0]?.score || 1
    const n = pool.length
    /** Volume that an item adds, squared: the d² of the paper. */
    const added = new Float64Array(n).fill(1)
    /** Row t: what the item taken at step t has in common with each other, net of those before it. */
    const factor = new Float64Array(Math.min(limit, n) * n)
    const taken = new Uint8Array(n)
    const chosen: Ranked[] = []
    while (chosen.length < Math.min(limit, n)) {
      let at = -1
      let top = -Infinity
      for (let i = 0; i < n; i++) {
        if (taken[i]) continue
        const volume = setting === 1 ? 0 : (1 - setting) * Math.log(Math.max(SPANNED, added[i]))
        const value = (setting * pool[i].score) / best + volume
        if (value > top) {
          top = value
          at = i
        }
      }
      const step = chosen.length
      taken[at] = 1
      chosen.push(pool[at])
      if (added[at] <= SPANNED) continue
      const root = Math.sqrt(added[at])
      for (let i = 0; i < n; i++) {
        if (taken[i]) continue
        let common = (1 + cosine(looks[at], looks[i])) / 2
        for (let t = 0; t < step; t++) common -= factor[t * n + at] * factor[t * n + i]
        factor[step * n + i] = common / root
        added[i] -= (common / root) ** 2
      }
    }
    return chosen
  },
}
