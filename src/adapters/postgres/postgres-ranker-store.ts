import type { DataSource } from "typeorm"
import type { RankerState, RankerStore } from "../../services/ranking"
import { Database } from "./database"

/** One row a ranker; who may learn is a lease in it, by the database's clock. */
export class PostgresRankerStore implements RankerStore {
  private readonly db: Database
  private readonly table: string

  constructor(
    dataSource: DataSource,
    private readonly name = "lists"
  ) {
    this.db = new Database(dataSource)
    this.table = this.db.name("rankers")
  }

  async load(): Promise<RankerState | undefined> {
    const [row] = await this.db.query<{ state: RankerState | null }>(
      `SELECT state FROM ${this.table} WHERE name = $1`,
      [this.name]
    )
    return row?.state ?? undefined
  }

  async revision(): Promise<number> {
    const [row] = await this.db.query<{ revision: string }>(
      `SELECT revision FROM ${this.table} WHERE name = $1`,
      [this.name]
    )
    return Number(row?.revision ?? 0)
  }

  async lease(owner: string, ms: number): Promise<boolean> {
    const rows = await this.db.query(
      `INSERT INTO ${this.table} AS r (name, owner, lease_until)
       VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3 / 1000.0))
       ON CONFLICT (name) DO UPDATE SET owner = EXCLUDED.owner, lease_until = EXCLUDED.lease_until
       WHERE r.owner IS NULL OR r.owner = EXCLUDED.owner OR r.lease_until < clock_timestamp()
       RETURNING name`,
      [this.name, owner, ms]
    )
    return rows.length > 0
  }

  async save(state: RankerState): Promise<boolean> {
    const rows = await this.db.query(
      `INSERT INTO ${this.table} AS r (name, revision, state) VALUES ($1, $2, $3)
       ON CONFLICT (name) DO UPDATE SET revision = EXCLUDED.revision, state = EXCLUDED.state
       WHERE r.revision = EXCLUDED.revision - 1
       RETURNING name`,
      [this.name, state.revision, JSON.stringify(state)]
    )
    return rows.length > 0
  }
}
