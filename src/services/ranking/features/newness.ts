import type { RankFeature } from "../rank-feature"

const DAY_MS = 86_400_000
const HALF_LIFE_DAYS = 30
/** By age in days; what is older is not new at all. */
const BY_DAY = Float64Array.from({ length: 20 * HALF_LIFE_DAYS }, (_, days) => 2 ** (-days / HALF_LIFE_DAYS))

/** How new a product is, by whole days: 1 on its first day and half of it a month later. */
export const newness: RankFeature = {
  name: "newness",
  share: 0,
  prepare:
    ({ context: { now }, catalog: { cards } }) =>
    (number) =>
      BY_DAY[Math.max(0, Math.floor((now - cards.createdAt(number)) / DAY_MS))] ?? 0,
}
