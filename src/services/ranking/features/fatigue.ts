import type { RankFeature } from "../rank-feature"

/** More times, after which half of what is left of the interest is gone. */
const HALF = 3

/**
 * How tired the shopper must be of a product that lists have shown them in vain, 0–1: nothing the first time, a half after
 * four times, then ever closer to 1.
 */
export const fatigue: RankFeature = {
  name: "fatigue",
  // Ten times in vain cost more than the way from the first place to the twelfth.
  share: -0.5,
  prepare: ({ shopper: { shown } }) =>
    shown.size === 0 ? undefined : (_, id) => 1 - 2 ** (-Math.max(0, (shown.get(id) ?? 0) - 1) / HALF),
}
