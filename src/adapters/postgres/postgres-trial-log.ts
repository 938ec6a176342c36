import type { DataSource } from "typeorm"
import type { Outcomes, ShadowAnswer, ShadowSummary, TrialLog } from "../../services/models"
import { Database } from "./database"

/** Answers in a table of their own; outcomes out of what was shown and clicked. */
export class PostgresTrialLog implements TrialLog {
  private readonly db: Database
  private readonly table: string

  constructor(dataSource: DataSource) {
    this.db = new Database(dataSource)
    this.table = this.db.name("shadow_answers")
  }

  /** Answers of a version that is gone are dropped. */
  async record(answers: readonly ShadowAnswer[]): Promise<void> {
    if (answers.length === 0) return
    await this.db.query(
      `INSERT INTO ${this.table} (version, ts, body)
       SELECT a.version, to_timestamp(ms / 1000.0), a.body
       FROM unnest($1::text[], $2::bigint[], $3::jsonb[]) WITH ORDINALITY AS a (version, ms, body, place)
       JOIN ${this.db.name("model_versions")} v ON v.version = a.version ORDER BY place`,
      [
        answers.map(({ version }) => version),
        answers.map(({ ts }) => ts),
        answers.map((answer) => JSON.stringify(answer)),
      ]
    )
  }

  async answers(version: string, limit: number): Promise<ShadowAnswer[]> {
    const rows = await this.db.query<{ body: ShadowAnswer }>(
      `SELECT body FROM ${this.table} WHERE version = $1 ORDER BY id DESC LIMIT $2`,
      [version, limit]
    )
    return rows.map(({ body }) => body)
  }

  async summary(version: string, since: number): Promise<ShadowSummary> {
    const [row] = await this.db.query<Record<keyof ShadowSummary, string | null>>(
      `SELECT count(*) AS answers, count(*) FILTER (WHERE body ? 'failed') AS failed,
         count(*) FILTER (WHERE judged AND body->'would' = '[]') AS empty,
         avg((SELECT count(*) FROM jsonb_array_elements(body->'shown') AS s (id) WHERE body->'would' @> s.id)::float
           / nullif(jsonb_array_length(body->'shown'), 0)) FILTER (WHERE judged) AS common
       FROM ${this.table}, LATERAL (SELECT NOT body ? 'failed' AND body->'shown' <> '[]' AS judged) AS j
       WHERE version = $1 AND ts >= to_timestamp($2 / 1000.0)`,
      [version, since]
    )
    return {
      answers: Number(row.answers),
      failed: Number(row.failed),
      empty: Number(row.empty),
      common: Number(row.common ?? 0),
    }
  }

  async outcomes(versions: readonly string[], since: number): Promise<Map<string, Outcomes>> {
    const rows = await this.db.query<{ version: string } & Record<keyof Outcomes, string>>(
      `WITH lists AS (
         SELECT request_id, body->>'modelVersion' AS version, body ? 'fallback' AS fell
         FROM ${this.db.name("exposures")}
         WHERE ts >= to_timestamp($2 / 1000.0) AND body->>'modelVersion' = ANY($1)
       ), clicks AS (
         SELECT DISTINCT coalesce(body->>'request_id', body->'items'->0->>'request_id') AS request_id
         FROM ${this.db.name("events")}
         WHERE day >= (to_timestamp($2 / 1000.0) AT TIME ZONE 'UTC')::date AND type = 'select_item'
       )
       SELECT version, count(*) AS lists, count(*) FILTER (WHERE fell) AS fallbacks,
         count(clicks.request_id) AS clicked
       FROM lists LEFT JOIN clicks USING (request_id) GROUP BY version`,
      [versions, since]
    )
    return new Map(
      rows.map(({ version, lists, fallbacks, clicked }) => [
        version,
        { lists: Number(lists), fallbacks: Number(fallbacks), clicked: Number(clicked) },
      ])
    )
  }

  async prune(keep: number): Promise<void> {
    await this.db.query(
      `DELETE FROM ${this.table}
       WHERE id <= (SELECT id FROM ${this.table} ORDER BY id DESC OFFSET $1 LIMIT 1)`,
      [keep]
    )
  }
}
