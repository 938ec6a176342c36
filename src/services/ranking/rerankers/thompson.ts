import { z } from "zod"
import { joined } from "../../lib"
import type { Ranked } from "../ranker.port"
import type { Reranker } from "../reranker.port"
import { BetaGrid } from "../beta-grid"

/** Candidates are sought among so many times the list's length. */
const WINDOW = 4
/** Candidates that are drawn for, unless the setting says otherwise. */
const POOL = 20
/** Before anything is known, one impression in twenty is clicked. */
const PRIOR = { clicks: 1, misses: 19 }
/** More impressions count as so many: tastes change, so nothing is ever known for certain. */
const MOST = 1_000

const setting = z.union([
  z.number().int().min(0).max(10),
  z.strictObject({
    /** Last slots of the list that are filled by draws. */
    slots: z.number().int().min(0).max(10),
    /** Candidates that are drawn for: the best that the slots before do not show. */
    pool: z.number().int().min(2).max(50).optional(),
  }),
])

/**
 * Thompson sampling (Chapelle & Li, NeurIPS 2011): draws for each candidate a click rate from what is known of it, the
 * Beta distribution of its clicks among its impressions, and gives the last slots to the greatest. What was shown little
 * has a broad distribution and gets its chance; what was shown much and clicked little loses it. Setting: how many slots,
 * or `{ slots, pool }`.
 *
 * The propensity of a drawn slot is computed, not simulated: the chance that the item's rate is the greatest (second,
 * third greatest) of all, by quadrature over the same grid that the rates are drawn from (see BetaGrid).
 */
export const thompson: Reranker<z.infer<typeof setting>> = {
  name: "thompson",
  window: WINDOW,
  setting,
  explores: true,
  rerank: ({ items, ranked, limit, setting, tallyOf, random }) => {
    const { slots, pool = POOL } = typeof setting === "number" ? { slots: setting } : setting
    const list = items.slice(0, limit)
    const kept = list.slice(0, Math.max(0, list.length - slots))
    const places = list.length - kept.length
    const held = new Set(list.map(({ id }) => id))
    const rest = ranked.slice(0, limit * WINDOW).filter(({ id }) => !held.has(id))
    const open = [...list.slice(kept.length), ...rest].slice(0, Math.max(pool, places))
    if (places === 0 || open.length === places) return list
    const rates = new BetaGrid(
      open.map(({ id }) => {
        const { shown, clicked } = tallyOf(id)
        const scale = Math.min(1, MOST / Math.max(1, shown))
        // Clicks may outnumber the impressions that arrived.
        const misses = Math.max(0, shown - clicked)
        return { a: PRIOR.clicks + scale * clicked, b: PRIOR.misses + scale * misses }
      })
    )
    const drawn = open.map((item, i) => ({ item, i, rate: rates.draw(i, random) }))
    drawn.sort((x, y) => y.rate - x.rate)
    const explored = drawn.slice(0, places).map(({ item, i }, place): Ranked => {
      const propensity = rates.chanceOfPlace(i, place)
      return joined(item, held.has(item.id) ? { propensity } : { propensity, reason: "explored" })
    })
    return [...kept, ...explored]
  },
}
