import type { DataSource } from "typeorm"
import { silentLogger, type Logger } from "../../services/lib"
import {
  dayOfEventId,
  letterOf,
  Tail,
  TAIL_DEFAULTS,
  type AppendResult,
  type DeadLetterStore,
  type Erased,
  type HistoryRange,
  type EventLog,
  type LoggedEvent,
  type Polled,
  type ShopEvent,
  type SubscribeOptions,
  type Subscription,
} from "../../services/events"
import { Database, type Query } from "./database"
import { EventPartitions } from "./event-partitions"
import { Listener } from "./listener"
import { PostgresDeadLetterStore } from "./postgres-dead-letter-store"

export interface PostgresEventLogOptions {
  logger?: Logger
  maxAttempts?: number
  /** Wait after a handler's first failure, ms. */
  backoffMs?: number
  /** How often the log is looked at when no notification comes, ms. */
  pollMs?: number
  /** Events per read of `replay`. */
  replayBatch?: number
}

/** What a deleted or changed event leaves behind. */
interface Trace {
  seq: string
  session_id: string | null
}

const sessionsOf = (traces: readonly Trace[]): string[] => [
  ...new Set(traces.flatMap(({ session_id }) => (session_id === null ? [] : [session_id]))),
]

/** `withoutNames` of an event in a jsonb column. */
const withoutNamesSql = (column: string): string =>
  `jsonb_set((${column} - 'visitor_id' - 'customer_id' - 'session_id') #- '{context,city}' #- '{properties,order_id}',
     '{consent}', ${column}->'consent' || '{"personalization": false, "model_training": false}')`

type Handle = (batch: readonly LoggedEvent[]) => Promise<boolean>

const DAY_MS = 86_400_000
const NO_PARTITION = "23514"
const REPLAY_BATCH = 5_000

/**
 * The event log in PostgreSQL. Appends are serialised by a transaction-scoped advisory lock, so that the order
 * of `seq` is the order of commit and a reader that remembers the last `seq` never skips an event.
 */
export class PostgresEventLog implements EventLog {
  private readonly db: Database
  private readonly partitions: EventPartitions
  private readonly logger: Logger
  private readonly channel: string
  private readonly tails = new Set<Tail>()
  private readonly deadLetters: DeadLetterStore
  private listener: Listener | undefined

  constructor(
    dataSource: DataSource,
    private readonly options: PostgresEventLogOptions = {}
  ) {
    this.db = new Database(dataSource)
    this.deadLetters = new PostgresDeadLetterStore(dataSource)
    this.logger = options.logger ?? silentLogger
    this.channel = `${this.db.schema}_events`
    this.partitions = new EventPartitions(this.db, (query) => this.lock(query))
  }

  async append(events: readonly ShopEvent[]): Promise<AppendResult> {
    if (events.length === 0) return { appended: [], duplicates: [] }
    const days = events.map((event) => dayOfEventId(event.event_id))
    await this.partitions.ensure(days)
    const written = await this.insert(events, days).catch(async (error: { code?: string }) => {
      if (error.code !== NO_PARTITION) throw error
      this.partitions.forget()
      await this.partitions.ensure(days)
      return this.insert(events, days)
    })
    const appended: string[] = []
    const duplicates: string[] = []
    for (const { event_id } of events) (written.delete(event_id) ? appended : duplicates).push(event_id)
    return { appended, duplicates }
  }

  async subscribe(
    group: string,
    handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    { from = "committed", batchSize = 500 }: SubscribeOptions = {}
  ): Promise<Subscription> {
    let after = typeof from === "object" ? from.after : "0"
    if (from === "end") after = (await this.head()) ?? "0"
    if (from === "committed") await this.openGroup(group)
    const own = async (handle: Handle): Promise<Polled> => {
      const batch = await this.read(this.db.query, after, batchSize)
      if (batch.length > 0 && (await handle(batch))) after = batch[batch.length - 1].offset
      return { position: after, idle: batch.length === 0 }
    }
    const shared = (handle: Handle) => this.pollGroup(group, batchSize, handle)
    const tail: Tail = new Tail(
      {
        poll: from === "committed" ? shared : own,
        head: () => this.head(),
        bury: (event, error) => this.bury(group, event, error),
        ended: async () => void this.tails.delete(tail),
      },
      handler,
      { ...TAIL_DEFAULTS, ...this.options, logger: this.logger }
    )
    this.tails.add(tail)
    this.listener ??= new Listener(this.db.dataSource, this.channel, () => this.wake(), this.logger)
    return tail
  }

  async *replay(range: HistoryRange = {}): AsyncIterable<readonly LoggedEvent[]> {
    const limit = range.batch ?? this.options.replayBatch ?? REPLAY_BATCH
    const { since, until, subject, types } = range
    const conditions = ["seq > $1"]
    const more: unknown[] = []
    const parameter = (value: unknown) => `$${more.push(value) + 2}`
    const within = (comparison: string, ms: number | undefined) => {
      if (ms === undefined || !Number.isFinite(ms)) return
      conditions.push(`ts ${comparison} to_timestamp(${parameter(ms)} / 1000.0)`)
    }
    within(">=", since)
    within("<", until)
    if (subject) {
      const visitor = parameter(subject.visitorId ?? null)
      conditions.push(`(visitor_id = ${visitor} OR customer_id = ${parameter(subject.customerId ?? null)})`)
    }
    if (types) conditions.push(`type = ANY(${parameter(types)})`)
    let after = range.after ?? "0"
    for (;;) {
      const batch = await this.read(this.db.query, after, limit, conditions.join(" AND "), more)
      if (batch.length === 0) return
      after = batch[batch.length - 1].offset
      yield batch
    }
  }

  async head(): Promise<string | undefined> {
    const [row] = await this.db.query<{ seq: string }>(
      `SELECT seq FROM ${this.db.name("events")} ORDER BY seq DESC LIMIT 1`
    )
    return row?.seq
  }

  async erase(subject: { visitorIds: readonly string[]; customerId?: string }): Promise<Erased> {
    return this.db.transaction(async (query) => {
      const gone = await query<Trace>(
        `DELETE FROM ${this.db.name("events")} WHERE visitor_id = ANY($1) OR customer_id = $2
         RETURNING seq, body->>'session_id' AS session_id`,
        [subject.visitorIds, subject.customerId ?? null]
      )
      // By what they hold, for the day of an event may have been dropped before its dead letter.
      await query(
        `DELETE FROM ${this.db.name("dead_letters")}
         WHERE event->>'visitor_id' = ANY($1) OR event->>'customer_id' = $2`,
        [subject.visitorIds, subject.customerId ?? null]
      )
      return { events: gone.length, sessionIds: sessionsOf(gone) }
    })
  }

  async unname(visitorId: string): Promise<string[]> {
    return this.db.transaction(async (query) => {
      // RETURNING would give the sessions as they are afterwards, so they are read first.
      const named = await query<Trace>(
        `WITH named AS MATERIALIZED (
           SELECT day, event_id, seq, body->>'session_id' AS session_id FROM ${this.db.name("events")}
           WHERE visitor_id = $1 AND type <> 'consent_update' FOR UPDATE
         ), changed AS (
           UPDATE ${this.db.name("events")} e
           SET visitor_id = NULL, customer_id = NULL, body = ${withoutNamesSql("e.body")}
           FROM named WHERE e.day = named.day AND e.event_id = named.event_id
         )
         SELECT seq, session_id FROM named`,
        [visitorId]
      )
      await query(
        `UPDATE ${this.db.name("dead_letters")} SET event = ${withoutNamesSql("event")}
         WHERE event->>'visitor_id' = $1 AND event->>'type' <> 'consent_update'`,
        [visitorId]
      )
      return sessionsOf(named)
    })
  }

  async unlink(visitorId: string, customerId: string): Promise<number> {
    const rows = await this.db.query(
      `UPDATE ${this.db.name("events")} SET customer_id = NULL, body = body - 'customer_id'
       WHERE visitor_id = $1 AND customer_id = $2 RETURNING seq`,
      [visitorId, customerId]
    )
    return rows.length
  }

  /** Makes the partitions of today and the next days, so that no shopper waits for one. */
  async ensurePartitions(now: number, ahead = 3): Promise<void> {
    const days = Array.from({ length: ahead + 1 }, (_, i) => new Date(now + i * DAY_MS))
    await this.partitions.ensure(days.map((day) => day.toISOString().slice(0, 10)))
  }

  /** Drops every day before `day` (`YYYY-MM-DD`, UTC); returns how many events it held. */
  purgeBefore(day: string): Promise<number> {
    return this.partitions.purgeBefore(day)
  }

  /** Drops the dead letters of events that happened, or were buried, before `ms` (since the epoch); returns how many. */
  async purgeDeadLetters(ms: number): Promise<number> {
    const gone = await this.db.query(
      `DELETE FROM ${this.db.name("dead_letters")} WHERE buried_at < to_timestamp($1 / 1000.0)
         OR CASE jsonb_typeof(event->'ts') WHEN 'number' THEN (event->>'ts')::float8 < $1 ELSE false END
       RETURNING id`,
      [ms]
    )
    return gone.length
  }

  /** Drops orders to forget that were given before `ms`: by then every process has read them. Returns how many. */
  async purgeForgets(ms: number): Promise<number> {
    const gone = await this.db.query(
      `DELETE FROM ${this.db.name("events")} WHERE type = 'forget' AND ts < to_timestamp($1 / 1000.0) RETURNING seq`,
      [ms]
    )
    return gone.length
  }

  async close(): Promise<void> {
    await Promise.all([...this.tails].map((tail) => tail.close()))
    await this.listener?.close()
  }

  private wake(): void {
    for (const tail of this.tails) tail.wake()
  }

  /** Until the end of the transaction. A server that commits lazily is told not to: 202 means durable. */
  private async lock(query: Query): Promise<void> {
    await query(
      "SELECT set_config('synchronous_commit', 'on', true), pg_advisory_xact_lock(hashtextextended($1, 0))",
      [this.channel]
    )
  }

  private insert(events: readonly ShopEvent[], days: readonly string[]): Promise<Set<string>> {
    return this.db.transaction(async (query) => {
      await this.lock(query)
      const rows = await query<{ event_id: string }>(
        `INSERT INTO ${this.db.name("events")} (day, event_id, seq, type, ts, visitor_id, customer_id, body)
         SELECT day, event_id, nextval('${this.db.name("event_seq")}'), type, to_timestamp(ms / 1000.0),
                visitor_id, customer_id, body
         FROM (
           SELECT * FROM unnest($1::date[], $2::uuid[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::jsonb[])
             WITH ORDINALITY AS e (day, event_id, type, ms, visitor_id, customer_id, body, place)
           ORDER BY place
         ) ordered
         ON CONFLICT DO NOTHING
         RETURNING event_id`,
        [
          days,
          events.map((event) => event.event_id),
          events.map((event) => event.type),
          events.map((event) => event.ts),
          events.map((event) => event.visitor_id ?? null),
          events.map((event) => event.customer_id ?? null),
          events.map((event) => JSON.stringify(event)),
        ]
      )
      if (rows.length > 0) await query("SELECT pg_notify($1, '')", [this.channel])
      return new Set(rows.map((row) => row.event_id))
    })
  }

  private async read(
    query: Query,
    after: string,
    limit: number,
    condition = "seq > $1",
    more: readonly unknown[] = []
  ): Promise<LoggedEvent[]> {
    const rows = await query<{ seq: string; body: ShopEvent }>(
      `SELECT seq, body FROM ${this.db.name("events")} WHERE ${condition} ORDER BY seq LIMIT $2`,
      [after, limit, ...more]
    )
    return rows.map(({ seq, body }) => ({ offset: seq, event: body }))
  }

  private async openGroup(group: string): Promise<void> {
    await this.db.query(
      `INSERT INTO ${this.db.name("event_cursors")} (group_name) VALUES ($1) ON CONFLICT DO NOTHING`,
      [group]
    )
  }

  /**
   * One batch for a group that several processes may share: whoever holds the cursor's row works, the others
   * look again later. A process that dies lets go of the row, and its batch is delivered anew.
   */
  private pollGroup(group: string, limit: number, handle: Handle): Promise<Polled> {
    const cursors = this.db.name("event_cursors")
    return this.db.transaction(async (query) => {
      const [mine] = await query<{ seq: string }>(
        `SELECT seq FROM ${cursors} WHERE group_name = $1 FOR UPDATE SKIP LOCKED`,
        [group]
      )
      if (!mine) {
        const [cursor] = await query<{ seq: string }>(`SELECT seq FROM ${cursors} WHERE group_name = $1`, [
          group,
        ])
        return { position: cursor?.seq, idle: false, busy: true }
      }
      const batch = await this.read(query, mine.seq, limit)
      if (batch.length === 0) return { position: mine.seq, idle: true }
      if (!(await handle(batch))) return { position: mine.seq, idle: false }
      const { offset } = batch[batch.length - 1]
      await query(`UPDATE ${cursors} SET seq = $2, updated_at = now() WHERE group_name = $1`, [group, offset])
      return { position: offset, idle: false }
    })
  }

  private async bury(group: string, logged: LoggedEvent, error: Error): Promise<void> {
    const { event_id } = logged.event
    this.logger.error(`event log: group ${group} cannot handle event ${event_id}, put aside`, error)
    await this.deadLetters.add([letterOf(group, logged, error)])
  }
}
