import {
  compareOffsets,
  eventIdFrom,
  newEventId,
  withoutNames,
  type EventLog,
  type LoggedEvent,
} from "../events"
import { shopEvent } from "./events"
import { idsOf as ids, manyEvents as many } from "./event-stream.contract"

/** A log to test, empty. */
export interface EventLogFixture {
  log: EventLog
  /** A second process on the same log; the log itself where there is no such thing. */
  another?: () => Promise<EventLog>
  close(): Promise<void>
}

/** What an EventLog must do besides what `eventStreamContract` asks of every stream. */
export function eventLogContract(name: string, make: () => Promise<EventLogFixture>): void {
  describe(`EventLog: ${name}`, () => {
    let fixture: EventLogFixture
    let log: EventLog

    beforeEach(async () => {
      fixture = await make()
      log = fixture.log
    })
    afterEach(() => fixture.close())

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

    it("replays so many at a time as are asked for, and leaves none out", async () => {
      await log.append(many(5))
      const sizes: number[] = []
      for await (const batch of log.replay({ batch: 2 })) sizes.push(batch.length)
      expect(sizes).toEqual([2, 2, 1])
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

    it("replays what names a subject, and takes a customer off a visitor's events", async () => {
      const names = [
        { visitor_id: "v1" },
        { visitor_id: "v1", customer_id: "c1" },
        { customer_id: "c1" },
        { visitor_id: "v2", customer_id: "c1" },
        { visitor_id: "v1", customer_id: "c2" },
        {},
      ]
      await log.append(many(6, (i) => ({ ts: 1_000 + i, ...names[i] })))
      const found = async (subject: object) =>
        (await history({ subject })).map(({ event }) => event.ts - 1_000)
      expect(await found({ visitorId: "v1" })).toEqual([0, 1, 4])
      expect(await found({ visitorId: "v2", customerId: "c2" })).toEqual([3, 4])
      expect(await found({})).toEqual([])
      expect(await log.unlink("v1", "c1")).toBe(1)
      expect(await log.unlink("v1", "c1")).toBe(0)
      expect(await found({ customerId: "c1" })).toEqual([2, 3])
      expect(await found({ visitorId: "v1" })).toEqual([0, 1, 4])
      expect((await history())[1].event).not.toHaveProperty("customer_id")
    })

    it("resolves caughtUp although the newest event was erased", async () => {
      const subscription = await log.subscribe("g", async () => {}, { from: "end" })
      await log.append([shopEvent({ visitor_id: "v1" })])
      await log.erase({ visitorIds: ["v1"] })
      await subscription.caughtUp()
    })
  })
}
