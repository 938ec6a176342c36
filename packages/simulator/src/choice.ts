import type { SimProduct } from "./products"
import { examination, liking, type SimShopper } from "./shoppers"

/**
 * Planted effects on what shoppers choose from a list, off by default: what trains the demo, or a test that does not name
 * them, never sees them.
 */
export interface ChoiceEffects {
  /** Log-liking of the categories that a situation favours, and of those that it does not, with the sign turned. */
  context: number
  /** Log-liking that novelty seekers have for a product of today; for what they know already, the same with the sign turned. */
  novelty: number
  /** What is added for each unit of a product's appeal to everybody: below −1 shoppers turn away from what all buy. */
  crowd: number
  /** Chance that the product in a slot, from 0 on, is looked at. */
  examination(slot: number): number
}

export const NO_EFFECTS: ChoiceEffects = { context: 0, novelty: 0, crowd: 0, examination }

/** In what situation a list is looked at. */
export interface ChoiceSituation {
  device: "mobile" | "tablet" | "desktop"
  /** Local hour, 0–24. */
  hour: number
  /** Indices of the products that the shopper knows. */
  known: ReadonlySet<number>
}

/** Log-odds of leaving a list alone, against a product that is liked like any other. */
export const LEAVING = 5
/** Share of the shoppers who seek what is new. */
const SEEKERS = 0.4
const NEWNESS_DAYS = 30

/** Whether the shopper is one who seeks what is new: always the same for the same shopper. */
export const seeksNew = ({ visitorId }: SimShopper): boolean =>
  parseInt(visitorId.slice(0, 4), 16) / 0x10000 < SEEKERS

/** −1, 0 or 1: whether the situation favours the category. Phones in the evening favour others than desks by day. */
export function favoured(
  category: number,
  { device, hour }: Pick<ChoiceSituation, "device" | "hour">
): number {
  const evening = device !== "desktop" && (hour >= 17 || hour < 3)
  const day = device === "desktop" && hour >= 7 && hour < 17
  if (!evening && !day) return 0
  return (category % 2 === 0) === evening ? 1 : -1
}

/** How much the shopper likes a product in this situation. @param ageDays since it came into the shop */
export function situatedLiking(
  shopper: SimShopper,
  product: SimProduct,
  index: number,
  ageDays: number,
  situation: ChoiceSituation,
  effects: ChoiceEffects
): number {
  const { category, appeal } = product.latent
  let sum =
    liking(shopper, product) + effects.context * favoured(category, situation) + effects.crowd * appeal
  if (seeksNew(shopper))
    sum += effects.novelty * (situation.known.has(index) ? -1 : 2 ** (-ageDays / NEWNESS_DAYS))
  return sum
}

/** Probability of each slot of being chosen; what is left is that of leaving the list alone. */
export function choiceProbabilities(likings: readonly number[], effects: ChoiceEffects): number[] {
  const odds = likings.map((value, slot) => effects.examination(slot) * Math.exp(value))
  const total = odds.reduce((sum, one) => sum + one, Math.exp(LEAVING))
  return odds.map((one) => one / total)
}
