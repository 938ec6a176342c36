import type { Interval } from "../lib"

export interface PromotionInput {
  /** Is some version live already? */
  hasLive: boolean
  /**
   * HR@20 of the candidate minus that of the live version, each by its best model, on the same examples, all of
   * them newer than what either learned from. Absent when there were too few such examples.
   */
  difference?: Interval
  /**
   * HR@20 of the candidate's best model other than popularity minus that of its popularity, on the same examples.
   * Absent when there was too little to tell.
   */
  overPopularity?: Interval
}

export interface Promotion {
  promote: boolean
  /** Why it stays a candidate, or on what ground it goes live. */
  reason: string
}

/**
 * The promotion rule: a version goes live unless it is clearly worse than the live one or than the list of popular
 * products, which needs no model. Clearly means that the whole interval of the difference lies below zero.
 */
export function decidePromotion({ hasLive, difference, overPopularity }: PromotionInput): Promotion {
  if (overPopularity && overPopularity.high < 0)
    return {
      promote: false,
      reason: `clearly worse than popularity: the best other model's ${told("popularity", overPopularity)}`,
    }
  if (!hasLive) return { promote: true, reason: "the first version" }
  if (!difference) return { promote: true, reason: "too few new sessions to compare with the live version" }
  const measured = told("the live version", difference)
  return difference.high < 0
    ? { promote: false, reason: `clearly worse than the live version: ${measured}` }
    : { promote: true, reason: `not clearly worse than the live version: ${measured}` }
}

const points = (value: number) => (100 * value).toFixed(2)

const told = (other: string, { mean, low, high }: Interval) =>
  `hr@20 differs from that of ${other} by ${points(mean)} points ` +
  `(95 % interval ${points(low)} to ${points(high)})`
