import type { DataSource } from "typeorm"
import type { Rule, RuleStore } from "../../services/ranking"
import { Database } from "./database"

export class PostgresRuleStore implements RuleStore {
  private readonly db: Database
  private readonly table: string

  constructor(dataSource: DataSource) {
    this.db = new Database(dataSource)
    this.table = this.db.name("rules")
  }

  async list(): Promise<Rule[]> {
    const rows = await this.db.query<{ rule: Rule }>(`SELECT rule FROM ${this.table} ORDER BY id COLLATE "C"`)
    return rows.map(({ rule }) => rule)
  }

  async put(rule: Rule): Promise<void> {
    await this.db.query(
      `INSERT INTO ${this.table} (id, rule) VALUES ($1, $2)
       ON CONFLICT (id) DO UPDATE SET rule = excluded.rule, updated_at = now()`,
      [rule.id, JSON.stringify(rule)]
    )
  }

  async remove(id: string): Promise<void> {
    await this.db.query(`DELETE FROM ${this.table} WHERE id = $1`, [id])
  }
}
