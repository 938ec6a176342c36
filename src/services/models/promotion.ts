import type { Interval } from "../lib"

export interface PromotionInput {
  /** Is some version live already? */
  hasLive: boolean
  /**
   * HR@20 of the candidate minus that of the live version, each by its best model, on the same examples, all of
   * them newer than what either learned from. Absent when there were too few such examples.
   */
  difference?: Interval
}

export interface Promotion {
  promote: boolean
  /** Why it stays a candidate, or on what ground it goes live. */
  reason: string
}

/**
 * The promotion rule: the first version goes live; a later one goes live unless it is clearly worse than the live
 * one, that is, unless the whole interval of the difference lies below zero.
 */
export function decidePromotion({ hasLive, difference }: PromotionInput): Promotion {
  if (!hasLive) return { promote: true, reason: "the first version" }
  if (!difference) return { promote: true, reason: "too few new sessions to compare with the live version" }
  const points = (value: number) => (100 * value).toFixed(2)
  const measured =
    `hr@20 differs from the live version's by ${points(difference.mean)} points ` +
    `(95 % interval ${points(difference.low)} to ${points(difference.high)})`
  return difference.high < 0
    ? { promote: false, reason: `clearly worse than the live version: ${measured}` }
    : { promote: true, reason: `not clearly worse than the live version: ${measured}` }
}
