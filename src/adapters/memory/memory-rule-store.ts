import type { Rule, RuleStore } from "../../services/ranking"

export class MemoryRuleStore implements RuleStore {
  private readonly rules = new Map<string, Rule>()

  async list(): Promise<Rule[]> {
    const sorted = [...this.rules.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
    return structuredClone(sorted)
  }

  async put(rule: Rule): Promise<void> {
    this.rules.set(rule.id, structuredClone(rule))
  }

  async remove(id: string): Promise<void> {
    this.rules.delete(id)
  }
}
