import type { Rule } from "./rule"

/** Where rules lie. */
export interface RuleStore {
  /** By id. */
  list(): Promise<Rule[]>
  put(rule: Rule): Promise<void>
  remove(id: string): Promise<void>
}
