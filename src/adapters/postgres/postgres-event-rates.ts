import type { DataSource } from "typeorm"
import type { EventRates } from "../../services/events"
import { Database } from "./database"

/**
 * Counts live events by the time at which they were stored. What is told long after it happened (an import) is no
 * traffic, and leaving it out leaves its partitions unread.
 */
export class PostgresEventRates implements EventRates {
  private readonly db: Database

  constructor(dataSource: DataSource) {
    this.db = new Database(dataSource)
  }

  async perMinute(minutes: number): Promise<{ minute: number; count: number }[]> {
    const rows = await this.db.query<{ minute: string; count: string }>(
      `SELECT extract(epoch FROM date_trunc('minute', stored_at)) * 1000 AS minute, count(*)
       FROM ${this.db.name("events")} WHERE stored_at >= now() - make_interval(mins => $1)
       AND day >= current_date - 1 AND ts >= stored_at - interval '1 hour'
       GROUP BY 1 ORDER BY 1`,
      [minutes]
    )
    return rows.map(({ minute, count }) => ({ minute: Number(minute), count: Number(count) }))
  }

  async since(ms: number): Promise<number> {
    const [{ count }] = await this.db.query<{ count: string }>(
      `SELECT count(*) FROM ${this.db.name("events")} WHERE stored_at >= to_timestamp($1 / 1000.0)
       AND day >= to_timestamp($1 / 1000.0)::date - 1 AND ts >= stored_at - interval '1 hour'`,
      [ms]
    )
    return Number(count)
  }
}
