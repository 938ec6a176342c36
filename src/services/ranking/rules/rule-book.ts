import { RowBook } from "../../lib"
import type { ListSituation, RuleTouch } from "./compiled-rule"
import type { ListRules } from "./list-rules"
import { ruleSchema, type Rule } from "./rule"
import { RuleSet } from "./rule-set"

/** The shop's rules. */
export class RuleBook extends RowBook<Rule> {
  protected readonly kind = "rules"
  protected readonly schema = ruleSchema
  private set = new RuleSet([])

  /** Those that are valid, by id. */
  get rules(): readonly Rule[] {
    return this.set.rules
  }

  active(situation: ListSituation, touch?: RuleTouch): ListRules | undefined {
    return this.set.active(situation, touch)
  }

  protected nameOf({ id }: Rule): string {
    return String(id)
  }

  protected take(rules: readonly Rule[]): void {
    this.set = new RuleSet(rules)
  }
}
