import { Client } from "pg"
import type { DataSource } from "typeorm"
import type { PostgresDriver } from "typeorm/driver/postgres/PostgresDriver.js"
import { forgetEvent, newEventId, type EventStream } from "../../services/events"
import { eventLogContract } from "../../services/testing/event-log.contract"
import { eventStreamContract } from "../../services/testing/event-stream.contract"
import { shopEvent } from "../../services/testing/events"
import { revertMigrations, runMigrations, schemaOf } from "./data-source"
import { PostgresDeadLetterStore } from "./postgres-dead-letter-store"
import { PostgresEventLog } from "./postgres-event-log"
import { PostgresEventRates } from "./postgres-event-rates"
import { describeWithPostgres } from "./__tests__/describe-with-postgres"

const FAST = { maxAttempts: 2, backoffMs: 1, pollMs: 50, replayBatch: 3 }

describeWithPostgres("PostgreSQL event log", ({ url, open, clear }) => {
  let dataSource: DataSource
  beforeAll(async () => {
    dataSource = await open()
  })
  beforeEach(clear)
  const inSchema = (table: string) => `"${schemaOf(dataSource)}"."${table}"`

  const processes = async () => {
    const log = new PostgresEventLog(dataSource, FAST)
    const logs: PostgresEventLog[] = [log]
    const sources = new Map<EventStream, DataSource>()
    const another = async () => {
      const source = await open()
      const one = new PostgresEventLog(source, FAST)
      logs.push(one)
      sources.set(one, source)
      return one
    }
    /** Ends its loops, and cuts its connections before they can acknowledge anything. */
    const crash = async (stream: EventStream) => {
      void stream.close()
      const { master } = sources.get(stream)?.driver as PostgresDriver
      for (const client of master._clients) client.connection.stream.destroy()
    }
    return {
      log,
      another,
      crash,
      close: async () => void (await Promise.all(logs.map((one) => one.close()))),
    }
  }

  eventLogContract("postgres", processes)

  eventStreamContract("postgres", async () => {
    const { log, another, crash, close } = await processes()
    return {
      stream: log,
      another,
      crash,
      deadLetters: async () =>
        (await new PostgresDeadLetterStore(dataSource).list({ limit: 100 })).map(
          ({ group, event, error }) => ({
            group,
            eventId: (event as { event_id: string }).event_id,
            error,
          })
        ),
      close,
    }
  })

  it("takes the names off dead letters, too", async () => {
    await withLog(async (log) => {
      await log.append([shopEvent({ visitor_id: "v1", session_id: "s1" })])
      const subscription = await log.subscribe("strict", async () => {
        throw new Error("no")
      })
      await subscription.caughtUp()
      await log.unname("v1")
      const letters = await dataSource.query(`SELECT event FROM ${inSchema("dead_letters")}`)
      expect(letters).toHaveLength(1)
      expect(JSON.stringify(letters)).not.toMatch(/"v1"|"s1"/)
    })
  })

  const withLog = async (use: (log: PostgresEventLog) => Promise<void>, options = {}) => {
    const log = new PostgresEventLog(dataSource, { ...FAST, ...options })
    try {
      await use(log)
    } finally {
      await log.close()
    }
  }

  it("is woken by a notification, long before it would look by itself", () =>
    withLog(
      async (log) => {
        let told: (id: string) => void = () => undefined
        const heard = new Promise<string>((resolve) => (told = resolve))
        const subscription = await log.subscribe("g", async ([{ event }]) => told(event.event_id), {
          from: "beginning",
        })
        await subscription.caughtUp()
        const event = shopEvent()
        const another = new PostgresEventLog(await open(), FAST)
        await another.append([event])
        expect(await heard).toBe(event.event_id)
        await another.close()
      },
      { pollMs: 3_600_000 }
    ))

  it("goes on after its connections were cut", () =>
    withLog(async (log) => {
      const seen: string[] = []
      const subscription = await log.subscribe("g", async (batch) => {
        seen.push(...batch.map(({ event }) => event.event_id))
      })
      const events = Array.from({ length: 3 }, () => shopEvent())
      await log.append([events[0]])
      await subscription.caughtUp()
      const admin = new Client(url)
      await admin.connect()
      const cut = () =>
        admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [
          schemaOf(dataSource),
        ])
      const retried = async (event: (typeof events)[0]) => {
        for (;;) {
          try {
            return await log.append([event])
          } catch (error) {
            expect(error).toMatchObject({ code: "unavailable" })
          }
        }
      }
      await cut()
      await retried(events[1])
      await cut()
      await retried(events[2])
      await subscription.caughtUp().catch(() => subscription.caughtUp())
      await admin.end()
      expect([...new Set(seen)]).toEqual(events.map((event) => event.event_id))
    }))

  it("outlives a connection that is cut between the pool's handing it out and its being taken", async () => {
    const [client, release] = await (dataSource.driver as PostgresDriver).obtainMasterConnection()
    client.emit("error", new Error("terminating connection due to administrator command"))
    release(new Error("cut"))
    expect(await dataSource.query("SELECT 1 AS one")).toEqual([{ one: 1 }])
  })

  it("keeps each day in a partition, and drops days that are over", () =>
    withLog(async (log) => {
      const at = (day: string) => shopEvent({ ts: Date.parse(day), event_id: newEventId(Date.parse(day)) })
      await log.append([at("2026-01-01"), at("2026-01-02"), at("2026-01-02"), at("2026-01-03")])
      expect(await log.purgeBefore("2026-01-03")).toBe(3)
      expect(await log.purgeBefore("2026-01-03")).toBe(0)
      await log.ensurePartitions(Date.parse("2026-01-05"), 1)
      const rows = await dataSource.query(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 1",
        [inSchema("events")]
      )
      const days = rows.map((row: { name: string }) => row.name.replace(/^.*events_p/, ""))
      expect(days).toEqual(expect.arrayContaining(["20260103", "20260105", "20260106"]))
      expect(days).not.toContain("20260102")
      // The other process of the shop still remembers the partition.
      expect((await log.append([at("2026-01-02")])).appended).toHaveLength(1)
    }))

  it("forgets dead letters with their time, and with their subject after the event itself is gone", () =>
    withLog(async (log) => {
      const at = (day: string, visitor_id: string) => {
        const ts = Date.parse(day)
        return shopEvent({ ts, event_id: newEventId(ts), visitor_id })
      }
      await log.append([at("2026-01-01", "ann"), at("2026-01-02", "ann"), at("2026-01-03", "bea")])
      const fails = await log.subscribe("g", () => Promise.reject(new Error("boom")), { from: "beginning" })
      await fails.caughtUp()
      const buried = async () => {
        const rows = await dataSource.query(`SELECT event FROM ${inSchema("dead_letters")} ORDER BY id`)
        return rows.map(({ event }: { event: { visitor_id: string } }) => event.visitor_id)
      }
      expect(await buried()).toEqual(["ann", "ann", "bea"])
      expect(await log.purgeDeadLetters(Date.parse("2026-01-02"))).toBe(1)
      await log.purgeBefore("2026-01-04")
      await log.erase({ visitorIds: ["ann"] })
      expect(await buried()).toEqual(["bea"])
    }))

  it("drops orders to forget that everybody has read, and nothing else", () =>
    withLog(async (log) => {
      const now = Date.now()
      const old = { ts: now - 1_000, event_id: newEventId(now - 1_000), visitor_id: "v" }
      const orders = [
        forgetEvent({ visitorId: "v" }, "all", now - 1_000),
        forgetEvent({ visitorId: "w" }, "all", now),
      ]
      await log.append([...orders, shopEvent(old)])
      expect(await log.purgeForgets(now)).toBe(1)
      const left: string[] = []
      for await (const batch of log.replay())
        left.push(...batch.map(({ event }) => `${event.type} ${event.visitor_id}`))
      expect(left).toEqual(["forget w", "view_item v"])
    }))

  it("makes a partition again that another process has dropped", () =>
    withLog(async (log) => {
      const event = () => shopEvent({ ts: 0, event_id: newEventId(0) })
      await log.append([event()])
      const another = new PostgresEventLog(await open(), FAST)
      await another.purgeBefore("1970-01-02")
      await another.close()
      expect((await log.append([event()])).appended).toHaveLength(1)
    }))

  it("counts by the minute what was told when it happened", () =>
    withLog(async (log) => {
      const rates = new PostgresEventRates(dataSource)
      expect(await rates.perMinute(5)).toEqual([])
      const now = Date.now()
      const imported = shopEvent({ ts: 0, event_id: newEventId(0) })
      await log.append([shopEvent({ ts: now, event_id: newEventId(now) }), imported])
      const counted = await rates.perMinute(5)
      expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(1)
      expect(counted.every(({ minute }) => minute % 60_000 === 0)).toBe(true)
      expect(await rates.since(0)).toBe(1)
      expect(await rates.since(Date.parse("2100-01-01"))).toBe(0)
    }))

  it("says unavailable when there is no connection", async () => {
    const gone = await open()
    const log = new PostgresEventLog(gone, FAST)
    await gone.destroy()
    await expect(log.append([shopEvent()])).rejects.toMatchObject({ code: "unavailable" })
    await expect(log.head()).rejects.toMatchObject({ code: "unavailable" })
    await log.close()
  })

  it("reverts and runs its migrations", async () => {
    const all = dataSource.migrations.length
    expect(all).toBeGreaterThan(5)
    await revertMigrations(dataSource, all)
    const [{ count }] = await dataSource.query(
      "SELECT count(*) FROM information_schema.tables WHERE table_schema = $1",
      [schemaOf(dataSource)]
    )
    expect(Number(count)).toBe(1)
    expect(await runMigrations(dataSource)).toHaveLength(all)
    expect(await runMigrations(dataSource)).toEqual([])
  })
})
