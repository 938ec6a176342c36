import type { Catalog, Product } from "../../features"
import { conditionsTest, type RuleSituation } from "./conditions"
import type { Rule } from "./rule"
import type { RuleType } from "./rule-type.port"
import { selectorTest } from "./selector"
import { RULE_TYPES } from "./types/registry"

/** A rule made ready to be asked hundreds of times a request. */
export interface CompiledRule {
  rule: Rule
  type: RuleType
  /** ms since the epoch */
  from: number
  until: number
  /** undefined: always. */
  holds?(situation: RuleSituation): boolean
  takes(product: Product): boolean
}

export interface ListSituation extends RuleSituation {
  /** Name of the placement. */
  placement: string
  catalog: Catalog
  /** The list is one that the shop has made, and is only put in order. */
  listing: boolean
}

export interface RuleEffect {
  did: "rescored" | "pinned" | "not_pinned" | "left_out"
  /** In English. */
  text: string
}

/** Told what rules do to single products; for explanations. */
export type RuleTouch = (productId: string, rule: Rule, effect: RuleEffect) => void

/** Rules of the highest priority first; at the same priority in the order of their ids. */
export const byPriority = (a: Rule, b: Rule): number => b.priority - a.priority || (a.id < b.id ? -1 : 1)

export function compileRule(rule: Rule): CompiledRule {
  return {
    rule,
    type: RULE_TYPES.find((one) => one.type === rule.action.type)!,
    from: rule.from === undefined ? -Infinity : Date.parse(rule.from),
    until: rule.until === undefined ? Infinity : Date.parse(rule.until),
    holds: conditionsTest(rule.when),
    takes: selectorTest(rule.what),
  }
}
