import type { Database, Query } from "./database"

const PREFIX = "events_p"
const DAY_MS = 86_400_000

const dayAfter = (day: string): string => new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)
const partitionOf = (day: string): string => PREFIX + day.replaceAll("-", "")
const dayOf = (partition: string): string =>
  partition.slice(PREFIX.length).replace(/(....)(..)(..)/, "$1-$2-$3")

/** The daily partitions of the events: made when a first event needs one, dropped when their time is over. */
export class EventPartitions {
  private readonly known = new Set<string>()

  constructor(
    private readonly db: Database,
    /** Taken by whoever appends or changes partitions, so that the two never wait for each other. */
    private readonly lock: (query: Query) => Promise<void>
  ) {}

  /** Makes what is missing. Days are `YYYY-MM-DD`. */
  async ensure(days: readonly string[]): Promise<void> {
    const missing = [...new Set(days)].filter((day) => !this.known.has(day)).sort()
    if (missing.length === 0) return
    await this.db.transaction(async (query) => {
      await this.lock(query)
      for (const day of missing)
        await query(
          `CREATE TABLE IF NOT EXISTS ${this.db.name(partitionOf(day))} PARTITION OF ${this.db.name("events")}
           FOR VALUES FROM ('${day}') TO ('${dayAfter(day)}')`
        )
    })
    for (const day of missing) this.known.add(day)
  }

  /** Another process may have dropped what this one remembers. */
  forget(): void {
    this.known.clear()
  }

  /** Drops all days before `day`; returns how many events went with them. */
  async purgeBefore(day: string): Promise<number> {
    return this.db.transaction(async (query) => {
      await this.lock(query)
      const partitions = await query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = $1::regclass ORDER BY 1`,
        [this.db.name("events")]
      )
      let dropped = 0
      for (const { name } of partitions) {
        if (!name.startsWith(PREFIX) || dayOf(name) >= day) continue
        const [{ count }] = await query<{ count: string }>(`SELECT count(*) FROM ${this.db.name(name)}`)
        await query(`DROP TABLE ${this.db.name(name)}`)
        this.known.delete(dayOf(name))
        dropped += Number(count)
      }
      return dropped
    })
  }
}
