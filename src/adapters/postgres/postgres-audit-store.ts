import type { DataSource } from "typeorm"
import type { AuditStore, DayAudit } from "../../services/measurement"
import { Database } from "./database"

/** One row a day. */
export class PostgresAuditStore implements AuditStore {
  private readonly db: Database
  private readonly table: string

  constructor(dataSource: DataSource) {
    this.db = new Database(dataSource)
    this.table = this.db.name("audits")
  }

  async put(audit: DayAudit): Promise<void> {
    await this.db.query(
      `INSERT INTO ${this.table} (day, audit) VALUES ($1, $2)
       ON CONFLICT (day) DO UPDATE SET audit = excluded.audit`,
      [audit.day, JSON.stringify(audit)]
    )
  }

  async list(days: number): Promise<DayAudit[]> {
    const rows = await this.db.query<{ audit: DayAudit }>(
      `SELECT audit FROM ${this.table} ORDER BY day DESC LIMIT $1`,
      [days]
    )
    return rows.map(({ audit }) => audit)
  }

  async purgeBefore(day: string): Promise<void> {
    await this.db.query(`DELETE FROM ${this.table} WHERE day < $1`, [day])
  }
}
