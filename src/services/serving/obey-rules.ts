import type { ListRules, ListSituation, Ranked, RuleSet } from "../ranking"
import type { Show } from "./filters"
import type { ListTrace } from "./list-trace"

/** What the shopper is told of a product that a merchant has pinned. */
const FEATURED = "featured"

interface RuleTools {
  rules?: Pick<RuleSet, "active">
  trace?: ListTrace
}

/** The merchant's rules that hold for a list. */
export function rulesOf(situation: ListSituation, { rules, trace }: RuleTools): ListRules | undefined {
  const held = rules?.active(situation, trace && ((id, rule, effect) => trace.touched(id, rule, effect)))
  trace?.held(held?.rules ?? [])
  return held
}

/** What may be shown, less what rules keep out. */
export function obeying(rules: ListRules | undefined, show: Show, { trace }: RuleTools): Show {
  if (!rules) return show
  return (id, known) => {
    const number = show(id, known)
    const against = number >= 0 ? rules.refusalOf(id) : undefined
    if (!against) return number
    trace?.refused(id, "rule", against)
    return -1
  }
}

export const asFeatured = (item: Ranked): Ranked => ({ ...item, reason: FEATURED })
