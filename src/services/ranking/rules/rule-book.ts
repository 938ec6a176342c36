import { fieldIssues, type Logger, type Metrics } from "../../lib"
import type { ListSituation, RuleTouch } from "./compiled-rule"
import type { ListRules } from "./list-rules"
import { ruleSchema, type Rule } from "./rule"
import { RuleSet } from "./rule-set"
import type { RuleStore } from "./rule-store.port"

export interface RuleBookParts {
  store: RuleStore
  metrics: Metrics
  logger: Logger
  /** How often the store is read. Default 5,000 ms. */
  refreshMs?: number
}

/** The shop's rules, held in memory: a request never waits for their store. */
export class RuleBook {
  private set = new RuleSet([])
  private timer: ReturnType<typeof setInterval> | undefined
  private complaint = ""

  constructor(private readonly parts: RuleBookParts) {}

  async start(): Promise<void> {
    await this.refresh()
    clearInterval(this.timer)
    this.timer = setInterval(() => void this.refresh(), this.parts.refreshMs ?? 5_000)
    this.timer.unref()
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  /** Those that are valid, by id. */
  get rules(): readonly Rule[] {
    return this.set.rules
  }

  active(situation: ListSituation, touch?: RuleTouch): ListRules | undefined {
    return this.set.active(situation, touch)
  }

  /** Reads the store. Never rejects: what was known goes on, and a row that is not valid is left out. */
  async refresh(): Promise<void> {
    const { store, metrics } = this.parts
    try {
      const rules: Rule[] = []
      const wrong: string[] = []
      for (const row of await store.list()) {
        const result = ruleSchema.safeParse(row)
        if (result.success) rules.push(result.data)
        else {
          const fields = fieldIssues(result.error).map(({ path, message }) => `${path} ${message}`)
          wrong.push(`${String(row.id)}: ${fields.join("; ")}`)
        }
      }
      this.set = new RuleSet(rules)
      this.complain(wrong.length > 0 ? `Rules left out, for they are not valid. ${wrong.join(". ")}` : "")
    } catch (error) {
      metrics.count("rule_refresh_failures_total")
      this.complain(`The rules could not be read; the last known ones go on: ${String(error)}`)
    }
  }

  /** Says each trouble once, not at every refresh. */
  private complain(text: string): void {
    if (text && text !== this.complaint) this.parts.logger.warn(text)
    this.complaint = text
  }
}
