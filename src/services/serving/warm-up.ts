import { nextTurn } from "../lib"
import type { Catalog } from "../features"
import { NO_CONSENT } from "../privacy"
import type { PlacementBook } from "./placement-book"
import type { Recommender } from "./recommender"

/** Lists of each placement, by when the code that makes them is compiled. */
const ROUNDS = 50
/** A shop opens after it at the latest. */
const BUDGET_MS = 1_000

export interface WarmUpParts {
  recommender: Pick<Recommender, "rehearse">
  placements: Pick<PlacementBook, "get" | "names">
  catalog: Pick<Catalog, "all">
  /** Milliseconds since the epoch. */
  now(): number
}

/**
 * Makes lists for nobody before the first shopper comes, placement after placement: the first lists of a process take
 * many times as long as the others, for their code is not compiled yet. Stores and counts nothing. Never rejects.
 * @returns the lists made
 */
export async function warmUp({ recommender, placements, catalog, now }: WarmUpParts): Promise<number> {
  const end = performance.now() + BUDGET_MS
  const ids: string[] = []
  for (const { id } of catalog.all()) if (ids.push(id) === ROUNDS) break
  if (ids.length === 0) return 0
  let made = 0
  for (let round = 0; round < ROUNDS; round++) {
    const id = ids[round % ids.length]
    for (const placement of placements.names()) {
      if (performance.now() > end) return made
      const given = placements.get(placement)?.requires === "product_ids"
      const request = {
        placement,
        productIds: given ? ids : [id],
        cartProductIds: [id],
        consent: NO_CONSENT,
        context: { now: now(), salesChannelIds: [] },
      }
      await recommender.rehearse(request).then(
        () => made++,
        () => undefined
      )
      await nextTurn()
    }
  }
  return made
}
