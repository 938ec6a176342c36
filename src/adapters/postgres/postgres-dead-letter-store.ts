import type { DataSource } from "typeorm"
import type { DeadLetter, DeadLetterStore, NewDeadLetter } from "../../services/events"
import { Database } from "./database"

interface Row {
  id: string
  group_name: string
  origin: string
  event: unknown
  error: string
  buried_at: Date
}

const letterFrom = ({ id, group_name, origin, event, error, buried_at }: Row): DeadLetter => ({
  id,
  group: group_name,
  origin,
  event,
  error,
  buriedAt: buried_at.getTime(),
})

/**
 * jsonb holds neither NUL nor halves of characters, which may be the very reason why an event is here. `JSON.stringify`
 * escapes both; whole characters it does not escape.
 */
const storable = (json: string): string => json.replace(/\\u(0000|d[89a-f][0-9a-f]{2})/gi, "\\ufffd")

/** Dead letters in PostgreSQL. */
export class PostgresDeadLetterStore implements DeadLetterStore {
  private readonly db: Database
  private readonly table: string

  constructor(dataSource: DataSource) {
    this.db = new Database(dataSource)
    this.table = this.db.name("dead_letters")
  }

  async add(letters: readonly NewDeadLetter[]): Promise<void> {
    if (letters.length === 0) return
    await this.db.query(
      `INSERT INTO ${this.table} (group_name, origin, event, error)
       SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::text[])
       ON CONFLICT (group_name, origin)
       DO UPDATE SET event = excluded.event, error = excluded.error, buried_at = now()`,
      [
        letters.map(({ group }) => group),
        letters.map(({ origin }) => origin),
        letters.map(({ event }) => storable(JSON.stringify(event ?? null))),
        letters.map(({ error }) => error.replaceAll("\0", "\ufffd")),
      ]
    )
  }

  async list({ group, before, limit }: Parameters<DeadLetterStore["list"]>[0]): Promise<DeadLetter[]> {
    const rows = await this.db.query<Row>(
      `SELECT * FROM ${this.table}
       WHERE ($1::text IS NULL OR group_name = $1) AND ($2::bigint IS NULL OR id < $2)
       ORDER BY id DESC LIMIT $3`,
      [group ?? null, before ?? null, limit]
    )
    return rows.map(letterFrom)
  }

  async get(ids: readonly string[]): Promise<DeadLetter[]> {
    const rows = await this.db.query<Row>(
      `SELECT * FROM ${this.table} WHERE id = ANY($1::bigint[]) ORDER BY id`,
      [ids]
    )
    return rows.map(letterFrom)
  }

  async remove(ids: readonly string[]): Promise<number> {
    const gone = await this.db.query(`DELETE FROM ${this.table} WHERE id = ANY($1::bigint[]) RETURNING id`, [
      ids,
    ])
    return gone.length
  }

  async trim(group: string, kept: number): Promise<void> {
    await this.db.query(
      `DELETE FROM ${this.table} WHERE group_name = $1 AND id NOT IN (
         SELECT id FROM ${this.table} WHERE group_name = $1 ORDER BY id DESC LIMIT $2)`,
      [group, kept]
    )
  }
}
