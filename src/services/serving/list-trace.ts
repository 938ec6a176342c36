import type { Ranked, RankInput, Rule, RuleEffect } from "../ranking"
import type { Candidate } from "../retrieval"

/** Told of each step on the way to a list. Serving has none; a preview has one, so that it explains what serving does. */
export interface ListTrace {
  /** Rules that hold for the list. */
  held(rules: readonly Rule[]): void
  /** What sources answered, the placement's own ones first; called again for each that fills up. */
  answered(answers: ReadonlyMap<string, readonly Candidate[]>): void
  /** A product may not be shown; said once or more. @param rule the one that keeps it out, if it is a rule */
  refused(productId: string, reason: string, rule?: Rule): void
  /** All candidates with what is known of them, and the ranker's order with the values that made it. */
  ranked(input: RankInput, ranked: readonly Ranked[], featureNames: readonly string[]): void
  /** What a rule has done to a product. */
  touched(productId: string, rule: Rule, effect: RuleEffect): void
  /** All candidates in the order that the rules give them. */
  rescored(ranked: readonly Ranked[]): void
  /** What a re-ranker has made of the list. */
  reranked(name: string, items: readonly Ranked[]): void
  /** The list as it goes out. */
  listed(items: readonly Ranked[]): void
}
