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
  /** Why the live version should give way to any that is not worse, e.g. its age; absent when it need not. */
  outdated?: string
}

export interface Promotion {
  promote: boolean
  /** Why it stays a candidate, or on what ground it goes live. */
  reason: string
}

/**
 * The promotion rule: a version goes live when it is clearly better than the live one, and never when it is clearly
 * worse than the list of popular products, which needs no model. Clearly means that the whole interval of the
 * difference lies on one side of zero. An outdated live version gives way to one that is not clearly worse.
 */
export function decidePromotion({
  hasLive,
  difference,
  overPopularity,
  outdated,
}: PromotionInput): Promotion {
  if (overPopularity && overPopularity.high < 0)
    return {
      promote: false,
      reason: `clearly worse than popularity: the best other model's ${told("popularity", overPopularity)}`,
    }
  if (!hasLive) return { promote: true, reason: "the first version" }
  const measured = difference
    ? told("the live version", difference)
    : "too few new sessions to compare with the live version"
  if (difference && difference.high < 0)
    return { promote: false, reason: `clearly worse than the live version: ${measured}` }
  if (difference && difference.low > 0)
    return { promote: true, reason: `clearly better than the live version: ${measured}` }
  return outdated
    ? { promote: true, reason: `${outdated}, and the new one is not clearly worse: ${measured}` }
    : { promote: false, reason: `not clearly better than the live version: ${measured}` }
}

const points = (value: number) => (100 * value).toFixed(2)

const told = (other: string, { mean, low, high }: Interval) =>
  `hr@20 differs from that of ${other} by ${points(mean)} points ` +
  `(95 % interval ${points(low)} to ${points(high)})`
