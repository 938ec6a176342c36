import type { RankFeature } from "../rank-feature"

const HALF_LIFE_MS = 30 * 86_400_000

/** How new a product is, 1 on its first day and half of it a month later. */
export const newness: RankFeature = {
  name: "newness",
  share: 0,
  prepare:
    ({ context: { now } }) =>
    ({ createdAt }) =>
      2 ** (-Math.max(0, now - createdAt) / HALF_LIFE_MS),
}
