import type { DataSource } from "typeorm"
import type { SubjectRef } from "../../services/privacy"
import { shopperOf, type Exposure, type ExposureStore, type RecentExposures } from "../../services/serving"
import { Database } from "./database"
import { bodyOf, exposureFrom, type ExposureBody } from "./exposure-body"

export class PostgresExposureStore implements ExposureStore {
  private readonly db: Database
  private readonly table: string

  constructor(dataSource: DataSource) {
    this.db = new Database(dataSource)
    this.table = this.db.name("exposures")
  }

  /** Idempotent by `requestId`. */
  async record(exposures: readonly Exposure[]): Promise<void> {
    if (exposures.length === 0) return
    await this.db.query(
      `INSERT INTO ${this.table} (request_id, ts, placement, subject, visitor_id, body)
       SELECT body->>'requestId', to_timestamp((body->'ts')::bigint / 1000.0), body->>'placement',
         body->>'subject', body->>'visitorId', body
       FROM jsonb_array_elements($1::jsonb) AS e (body)
       ON CONFLICT DO NOTHING`,
      // In one text: in an array each would have all its quotes marked.
      [JSON.stringify(exposures.map(bodyOf))]
    )
  }

  async get(requestId: string): Promise<Exposure | undefined> {
    const [row] = await this.db.query<{ body: ExposureBody }>(
      `SELECT body FROM ${this.table} WHERE request_id = $1`,
      [requestId]
    )
    return row && exposureFrom(row.body)
  }

  async getMany(requestIds: readonly string[]): Promise<Map<string, Exposure>> {
    if (requestIds.length === 0) return new Map()
    const rows = await this.db.query<{ body: ExposureBody }>(
      `SELECT body FROM ${this.table} WHERE request_id = ANY($1)`,
      [requestIds]
    )
    return new Map(rows.map(({ body }) => [body.requestId, exposureFrom(body)]))
  }

  async recent({ placement, limit, before }: RecentExposures): Promise<Exposure[]> {
    const rows = await this.db.query<{ body: ExposureBody }>(
      `SELECT body FROM ${this.table}
       WHERE ($1::text IS NULL OR placement = $1)
         AND ($3::bigint IS NULL OR (ts, request_id) < (to_timestamp($3 / 1000.0), $4::text))
       ORDER BY ts DESC, request_id DESC LIMIT $2`,
      [placement ?? null, limit, before?.ts ?? null, before?.requestId ?? null]
    )
    return rows.map(({ body }) => exposureFrom(body))
  }

  async shoppers(exposures: number, limit: number): Promise<SubjectRef[]> {
    const rows = await this.db.query<{ subject: string; visitor_id: string | null }>(
      `SELECT subject, visitor_id FROM (
         SELECT subject, visitor_id, ts FROM ${this.table} ORDER BY ts DESC, request_id DESC LIMIT $1
       ) AS newest
       WHERE subject IS NOT NULL GROUP BY subject, visitor_id ORDER BY max(ts) DESC, subject LIMIT $2`,
      [exposures, limit]
    )
    return rows.map((row) => shopperOf({ subject: row.subject, visitorId: row.visitor_id ?? undefined }))
  }

  async erase(subject: { visitorIds: readonly string[]; customerId?: string }): Promise<number> {
    const subjects = subject.visitorIds.map((id) => `visitor:${id}`)
    if (subject.customerId !== undefined) subjects.push(`customer:${subject.customerId}`)
    const gone = await this.db.query(
      `DELETE FROM ${this.table} WHERE visitor_id = ANY($1) OR subject = ANY($2) RETURNING request_id`,
      [subject.visitorIds, subjects]
    )
    return gone.length
  }

  /**
   * Drops what is older; returns how many.
   * @param ms since the epoch
   * @param chunk rows per statement, so that no lock is held for long
   */
  async purgeBefore(ms: number, chunk = 5_000): Promise<number> {
    for (let total = 0; ;) {
      const gone = await this.db.query(
        `DELETE FROM ${this.table} WHERE request_id IN (
           SELECT request_id FROM ${this.table} WHERE ts < to_timestamp($1 / 1000.0) LIMIT $2
         ) RETURNING request_id`,
        [ms, chunk]
      )
      total += gone.length
      if (gone.length < chunk) return total
    }
  }
}
