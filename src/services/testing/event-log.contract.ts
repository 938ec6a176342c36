import {
  compareOffsets,
  eventIdFrom,
  newEventId,
  withoutNames,
  type EventLog,
  type LoggedEvent,
  type ShopEvent,
} from "../events"
import { shopEvent } from "./events"

/** A log to test; `maxAttempts` is 2 and the backoff short. */
export interface EventLogFixture {
  log: EventLog
  /** A second process on the same log; the log itself where there is no such thing. */
  another?: () => Promise<EventLog>
  deadLetters(): Promise<{ group: string; eventId: string; error: string }[]>
  close(): Promise<void>
}

/** What every EventLog must do. */
export function eventLogContract(name: string, make: () => Promise<EventLogFixture>): void {
  describe(`EventLog: ${name}`, () => {
    let fixture: EventLogFixture
    let log: EventLog

    beforeEach(async () => {
      fixture = await make()
      log = fixture.log
    })
    afterEach(() => fixture.close())

    const many = (n: number, changes: (i: number) => Partial<ShopEvent> = () => ({})) =>
      Array.from({ length: n }, (_, i) => shopEvent({ items: [{ product_id: `p${i}` }], ...changes(i) }))
    const ids = (batch: readonly LoggedEvent[]) => batch.map(({ event }) => event.event_id)
    const history = async (range?: Parameters<EventLog["replay"]>[0]) => {
      const all: LoggedEvent[] = []
      for await (const batch of log.replay(range)) all.push(...batch)
      return all
    }

    it("is empty at first", async () => {
      expect(await log.head()).toBeUndefined()
      expect(await history()).toEqual([])
      expect(await log.append([])).toEqual({ appended: [], duplicates: [] })
    })

    it("gives events back as they were, in order, at rising offsets", async () => {
      const events = many(5, (i) => ({
        visitor_id: "v1",
        customer_id: i > 2 ? "c1" : undefined,
        properties: { query: "naïve 'quotes\" \\ 漢字 😀" },
        bot: i === 4 ? true : undefined,
      }))
      await log.append(events.slice(0, 2))
      await log.append(events.slice(2))
      const logged = await history()
      expect(logged.map(({ event }) => event)).toEqual(events.map((e) => JSON.parse(JSON.stringify(e))))
      for (let i = 1; i < logged.length; i++)
        expect(compareOffsets(logged[i - 1].offset, logged[i].offset)).toBeLessThan(0)
      expect(await log.head()).toBe(logged[4].offset)
    })

    it("knows an event again by its id", async () => {
      const [a, b, c] = many(3)
      expect(await log.append([a, b])).toEqual({ appended: [a.event_id, b.event_id], duplicates: [] })
      expect(await log.append([b, c, c])).toEqual({
        appended: [c.event_id],
        duplicates: [b.event_id, c.event_id],
      })
      expect(ids(await history())).toEqual([a, b, c].map((event) => event.event_id))
    })

    it("keeps an id unique though its second telling has another time", async () => {
      const event = shopEvent()
      await log.append([event])
      const again = { ...event, ts: event.ts + 5 * 86_400_000 }
      expect((await log.append([again])).duplicates).toEqual([event.event_id])
      expect((await history()).map((logged) => logged.event.ts)).toEqual([event.ts])
    })

    it("takes events of many days, old ones too", async () => {
      const days = [0, 86_399_999, 86_400_000, Date.UTC(1999, 11, 31), Date.UTC(2026, 5, 1)]
      const events = days.map((ts) => shopEvent({ ts, event_id: newEventId(ts) }))
      expect((await log.append(events)).appended).toHaveLength(5)
      expect((await history()).map(({ event }) => event.ts)).toEqual(days)
    })

    it("replays a range of times, or what follows an offset", async () => {
      await log.append(
        many(4, (i) => ({ ts: 1_000_000 + i * 1_000, event_id: eventIdFrom(1_000_000, `e${i}`) }))
      )
      const all = await history()
      expect(ids(await history({ since: 1_001_000, until: 1_003_000 }))).toEqual(ids(all.slice(1, 3)))
      expect(ids(await history({ after: all[1].offset }))).toEqual(ids(all.slice(2)))
    })

    it("delivers old and new events to a group, once, in order", async () => {
      const events = many(7)
      await log.append(events.slice(0, 3))
      const seen: string[] = []
      const sizes: number[] = []
      const subscription = await log.subscribe(
        "readers",
        async (batch) => {
          seen.push(...ids(batch))
          sizes.push(batch.length)
        },
        { batchSize: 2 }
      )
      await log.append(events.slice(3))
      await subscription.caughtUp()
      expect(seen).toEqual(events.map((event) => event.event_id))
      expect(Math.max(...sizes)).toBeLessThanOrEqual(2)
    })

    it("lets a group go on after its last acknowledged batch, each group for itself", async () => {
      const read = async (group: string, from?: "committed" | "beginning" | "end") => {
        const seen: string[] = []
        const subscription = await log.subscribe(group, async (batch) => void seen.push(...ids(batch)), {
          from,
        })
        await subscription.caughtUp()
        await subscription.close()
        return seen
      }
      const events = many(3)
      await log.append(events.slice(0, 2))
      expect(await read("a")).toHaveLength(2)
      await log.append(events.slice(2))
      expect(await read("a")).toEqual([events[2].event_id])
      expect(await read("b")).toHaveLength(3)
      expect(await read("a", "beginning")).toHaveLength(3)
      expect(await read("a", "end")).toEqual([])
    })

    it("begins after an offset of the handler's own", async () => {
      await log.append(many(3))
      const [first, ...rest] = await history()
      const seen: string[] = []
      const subscription = await log.subscribe("own", async (batch) => void seen.push(...ids(batch)), {
        from: { after: first.offset },
      })
      await subscription.caughtUp()
      expect(seen).toEqual(ids(rest))
    })

    it("delivers a batch again when its handler fails", async () => {
      const events = many(2)
      await log.append(events)
      let calls = 0
      const seen: string[] = []
      const subscription = await log.subscribe("flaky", async (batch) => {
        if (++calls === 1) throw new Error("not now")
        seen.push(...ids(batch))
      })
      await subscription.caughtUp()
      expect(seen).toEqual(events.map((event) => event.event_id))
      expect(await fixture.deadLetters()).toEqual([])
    })

    it("puts a poisoned event aside and goes on", async () => {
      const events = many(5)
      await log.append(events)
      const poison = events[2].event_id
      const seen = new Set<string>()
      const subscription = await log.subscribe("careful", async (batch) => {
        if (ids(batch).includes(poison)) throw new Error("cannot bear it")
        for (const id of ids(batch)) seen.add(id)
      })
      await subscription.caughtUp()
      expect([...seen]).toEqual(ids(await history()).filter((id) => id !== poison))
      expect(await fixture.deadLetters()).toEqual([
        { group: "careful", eventId: poison, error: "cannot bear it" },
      ])
    })

    it("does not acknowledge a batch that was stopped while it failed", async () => {
      await log.append(many(1))
      let failing = 0
      const first = await log.subscribe("stopped", async () => {
        failing++
        throw new Error("always")
      })
      while (failing === 0) await new Promise((resolve) => setImmediate(resolve))
      await first.close()
      if ((await fixture.deadLetters()).length > 0) return
      const seen: string[] = []
      const second = await log.subscribe("stopped", async (batch) => void seen.push(...ids(batch)))
      await second.caughtUp()
      expect(seen).toHaveLength(1)
    })

    it("loses and doubles nothing when several append at once", async () => {
      const writers = [log, fixture.another ? await fixture.another() : log]
      const events = many(120)
      const seen: string[] = []
      const subscription = await log.subscribe("tail", async (batch) => void seen.push(...ids(batch)), {
        from: "beginning",
      })
      const results = await Promise.all(
        // Every batch is sent twice, to both writers.
        Array.from({ length: 24 }, (_, i) => {
          const part = (i % 12) * 10
          return writers[i % 2 === 0 ? 0 : 1].append(events.slice(part, part + 10))
        })
      )
      await subscription.caughtUp()
      expect(results.flatMap((result) => result.appended).sort()).toEqual(
        events.map((event) => event.event_id).sort()
      )
      expect(seen).toEqual(ids(await history()))
      expect(new Set(seen).size).toBe(120)
    })

    it("erases a subject, and says which sessions were theirs", async () => {
      await log.append([
        shopEvent({ visitor_id: "v1", session_id: "s1" }),
        shopEvent({ visitor_id: "v2", session_id: "s2", customer_id: "c1" }),
        shopEvent({ customer_id: "c1", session_id: "s2" }),
        shopEvent({ visitor_id: "v3", session_id: "s3" }),
        shopEvent(),
      ])
      const { events, sessionIds } = await log.erase({ visitorIds: ["v1"], customerId: "c1" })
      expect([events, sessionIds.sort()]).toEqual([3, ["s1", "s2"]])
      expect((await history()).map(({ event }) => event.visitor_id)).toEqual(["v3", undefined])
      expect(await log.erase({ visitorIds: [] })).toEqual({ events: 0, sessionIds: [] })
    })

    it("takes the names off a visitor's events, and nothing else", async () => {
      const theirs = {
        visitor_id: "v1",
        customer_id: "c1",
        session_id: "s1",
        context: { country: "DE", city: "Ulm" },
      }
      const events = [
        shopEvent(theirs),
        shopEvent({ ...theirs, session_id: "s2", properties: { order_id: "o1", query: "cup" } }),
        shopEvent({ ...theirs, type: "consent_update", items: [] }),
        shopEvent({ visitor_id: "v2", customer_id: "c1", session_id: "s3" }),
      ]
      await log.append(events)
      const before = await history()
      expect((await log.unname("v1")).sort()).toEqual(["s1", "s2"])
      const after = await history()
      expect(after.map(({ offset }) => offset)).toEqual(before.map(({ offset }) => offset))
      expect(after.map(({ event }) => event)).toEqual([
        ...events.slice(0, 2).map(withoutNames),
        ...events.slice(2),
      ])
      expect(JSON.stringify(after.slice(0, 2))).not.toMatch(/"v1"|"c1"|"s1"|"s2"|"o1"|Ulm/)
      expect(after[0].event.consent).toMatchObject({ personalization: false, model_training: false })
      expect(await log.unname("v1")).toEqual([])
      expect((await log.erase({ visitorIds: ["v1"] })).events).toBe(1)
    })

    it("resolves caughtUp although the newest event was erased", async () => {
      const subscription = await log.subscribe("g", async () => {}, { from: "end" })
      await log.append([shopEvent({ visitor_id: "v1" })])
      await log.erase({ visitorIds: ["v1"] })
      await subscription.caughtUp()
    })
  })
}
