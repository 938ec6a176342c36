import {
  byPriority,
  compileRule,
  type CompiledRule,
  type ListSituation,
  type RuleTouch,
} from "./compiled-rule"
import { ListRules } from "./list-rules"
import type { Rule } from "./rule"

/** All rules of a shop, compiled once, asked for each list. */
export class RuleSet {
  private readonly compiled: readonly CompiledRule[]

  constructor(readonly rules: readonly Rule[]) {
    this.compiled = rules
      .filter(({ enabled }) => enabled)
      .sort(byPriority)
      .map(compileRule)
  }

  /** The rules that hold for a list; undefined where none does. */
  active(situation: ListSituation, touch?: RuleTouch): ListRules | undefined {
    if (this.compiled.length === 0) return undefined
    const { now } = situation.context
    const active = this.compiled.filter(
      ({ rule: { placements }, from, until, holds }) =>
        from <= now &&
        now < until &&
        (placements.length === 0 || placements.includes(situation.placement)) &&
        (!holds || holds(situation))
    )
    return active.length === 0 ? undefined : new ListRules(active, situation, touch)
  }
}
