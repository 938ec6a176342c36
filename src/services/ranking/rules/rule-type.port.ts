import type { z } from "zod"
import type { Product } from "../../features"

/** The scores of a list while rules change them. */
export interface RuleScores {
  /** At least 0; higher is better. */
  readonly scores: Float64Array
  product(place: number): Product | undefined
}

/** At most so many products of one kind. */
export interface Cap {
  most: number
  /** @returns undefined for a product that the cap does not count */
  kindOf(product: Product): string | undefined
}

/**
 * What a rule does to a list. A type takes part in the stages whose methods it has; `matches` says of a product whether
 * the rule's selector takes it.
 */
export interface RuleType<Action = unknown> {
  type: string
  /** The whole action, its `type` included. */
  schema: z.ZodType
  /** A rule of this type has to say which products it is about. */
  needsProducts: boolean
  /** Of several rules that hold, only the one of the highest priority acts. */
  single?: boolean
  /**
   * Whether a product is kept out of the list.
   * @param listing the list is one that the shop has made, and is only put in order
   */
  refuses?(action: Action, matches: boolean, listing: boolean): boolean
  /** Changes the scores, after the ranker and before the re-rankers; types act in the order of the registry. */
  rescore?(action: Action, list: RuleScores, matches: (place: number) => boolean): void
  /** Places from 1 on that the rule's products take, whatever their score. */
  slots?(action: Action): readonly number[]
  cap?(action: Action): Cap
  /** How it moves its products: up, down, or not for all alike. */
  direction?: "up" | "down"
}
