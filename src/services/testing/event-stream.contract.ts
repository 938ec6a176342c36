import { PersonalizationError } from "../lib"
import { compareOffsets, placeOf, type EventStream, type LoggedEvent, type ShopEvent } from "../events"
import { shopEvent } from "./events"

/** A stream to test, empty; `maxAttempts` is 2, the backoff is short, and what a process leaves is soon taken over. */
export interface EventStreamFixture {
  stream: EventStream
  /** A second process on the same stream; absent where there is no such thing. */
  another?: () => Promise<EventStream>
  /** Ends a process as kill -9 would: what it has not acknowledged yet, it never will. Goes with `another`. */
  crash?: (stream: EventStream) => Promise<void>
  deadLetters(): Promise<{ group: string; eventId: string; error: string }[]>
  close(): Promise<void>
}

export const manyEvents = (n: number, changes: (i: number) => Partial<ShopEvent> = () => ({})): ShopEvent[] =>
  Array.from({ length: n }, (_, i) => shopEvent({ items: [{ product_id: `p${i}` }], ...changes(i) }))

export const idsOf = (batch: readonly LoggedEvent[]): string[] => batch.map(({ event }) => event.event_id)

/** Each event once, whatever the order of the partitions. */
const sorted = (ids: Iterable<string>): string[] => [...ids].sort()

/** What every EventStream must do. */
export function eventStreamContract(name: string, make: () => Promise<EventStreamFixture>): void {
  describe(`EventStream: ${name}`, () => {
    let fixture: EventStreamFixture
    let stream: EventStream

    beforeEach(async () => {
      fixture = await make()
      stream = fixture.stream
    })
    afterEach(() => fixture.close())

    /** Everything a group of its own sees of the stream. */
    const everything = async (group = "everything") => {
      const seen: LoggedEvent[] = []
      const subscription = await stream.subscribe(group, async (batch) => void seen.push(...batch), {
        from: "beginning",
      })
      await subscription.caughtUp()
      await subscription.close()
      return seen
    }

    it("is empty at first", async () => {
      expect(await stream.append([])).toEqual({ appended: [], duplicates: [] })
      expect(await everything()).toEqual([])
    })

    it("gives events back as they were, at rising offsets within each partition", async () => {
      const events = manyEvents(5, (i) => ({
        visitor_id: i < 3 ? "v1" : `v${i}`,
        customer_id: i > 2 ? "c1" : undefined,
        properties: { query: "naïve 'quotes\" \\ 漢字 😀", ms: 12.5, on: true },
        context: { country: "GB", device: "mobile", tz_offset: -30 },
        items: [{ product_id: "p", position: i, price: 0.1, quantity: 2, request_id: "r" }],
        bot: i === 4 ? true : undefined,
      }))
      await stream.append(events.slice(0, 2))
      await stream.append(events.slice(2))
      const logged = await everything()
      const byId = new Map(logged.map(({ event }) => [event.event_id, event]))
      const expected = events.map((event) => JSON.parse(JSON.stringify(event)))
      expect(events.map((event) => JSON.parse(JSON.stringify(byId.get(event.event_id))))).toEqual(expected)
      const newest = new Map<number, string>()
      for (const { partition = 0, offset } of logged) {
        const before = newest.get(partition)
        if (before !== undefined) expect(compareOffsets(before, offset)).toBeLessThan(0)
        newest.set(partition, offset)
      }
      expect(logged).toHaveLength(5)
    })

    it("delivers an event once, however often it was appended", async () => {
      const [a, b, c] = manyEvents(3, () => ({ visitor_id: "v" }))
      await stream.append([a, b])
      await stream.append([b, c, c])
      // Another time in the second telling changes nothing.
      await stream.append([{ ...a, ts: a.ts + 5 * 86_400_000 }])
      const logged = await everything()
      expect(idsOf(logged)).toEqual([a, b, c].map((event) => event.event_id))
      expect(logged[0].event.ts).toBe(a.ts)
    })

    it("delivers old and new events to a group, once, each shopper's in order", async () => {
      const events = manyEvents(40, (i) => ({ visitor_id: `v${i % 4}` }))
      await stream.append(events.slice(0, 15))
      const seen: LoggedEvent[] = []
      const sizes: number[] = []
      const subscription = await stream.subscribe(
        "readers",
        async (batch) => {
          seen.push(...batch)
          sizes.push(batch.length)
        },
        { batchSize: 6 }
      )
      await stream.append(events.slice(15))
      await subscription.caughtUp()
      expect(sorted(idsOf(seen))).toEqual(sorted(events.map((event) => event.event_id)))
      for (const visitor of ["v0", "v1", "v2", "v3"]) {
        const theirs = events.filter((event) => event.visitor_id === visitor).map((event) => event.event_id)
        expect(idsOf(seen.filter(({ event }) => event.visitor_id === visitor))).toEqual(theirs)
      }
      expect(Math.max(...sizes)).toBeLessThanOrEqual(6)
    })

    it("keeps the order of appending, though the clock says otherwise", async () => {
      const events = manyEvents(6, (i) => ({ visitor_id: "v", ts: 1_800_000_000_000 - i * 60_000 }))
      await stream.append(events.slice(0, 3))
      await stream.append(events.slice(3))
      expect(idsOf(await everything())).toEqual(events.map((event) => event.event_id))
    })

    it("lets a group go on after its last acknowledged batch, each group for itself", async () => {
      const read = async (group: string, from?: "committed" | "beginning" | "end") => {
        const seen: string[] = []
        const subscription = await stream.subscribe(group, async (batch) => void seen.push(...idsOf(batch)), {
          from,
        })
        await subscription.caughtUp()
        await subscription.close()
        return seen
      }
      const events = manyEvents(3)
      await stream.append(events.slice(0, 2))
      expect(await read("a")).toHaveLength(2)
      await stream.append(events.slice(2))
      expect(await read("a")).toEqual([events[2].event_id])
      expect(await read("b")).toHaveLength(3)
      expect(await read("a", "beginning")).toHaveLength(3)
      expect(await read("a", "end")).toEqual([])
    })

    it("delivers a batch again, at the same places, when its handler fails", async () => {
      const events = manyEvents(2, () => ({ visitor_id: "v" }))
      await stream.append(events)
      const calls: string[][] = []
      const subscription = await stream.subscribe("flaky", async (batch) => {
        calls.push(batch.map(placeOf))
        if (calls.length === 1) throw new Error("not now")
      })
      await subscription.caughtUp()
      expect(calls).toHaveLength(2)
      expect(calls[1]).toEqual(calls[0])
      expect(calls[0]).toHaveLength(2)
      expect(await fixture.deadLetters()).toEqual([])
    })

    it("puts a poisoned event aside and goes on", async () => {
      const events = manyEvents(5, () => ({ visitor_id: "v" }))
      await stream.append(events)
      const poison = events[2].event_id
      const seen = new Set<string>()
      const subscription = await stream.subscribe("careful", async (batch) => {
        if (idsOf(batch).includes(poison)) throw new Error("cannot bear it")
        for (const id of idsOf(batch)) seen.add(id)
      })
      await subscription.caughtUp()
      expect([...seen]).toEqual(events.map((event) => event.event_id).filter((id) => id !== poison))
      expect(await fixture.deadLetters()).toEqual([
        { group: "careful", eventId: poison, error: "cannot bear it" },
      ])
    })

    it("waits for a handler whose storage is away, and buries nothing", async () => {
      const events = manyEvents(2, () => ({ visitor_id: "v" }))
      await stream.append(events)
      let calls = 0
      const seen: string[] = []
      const subscription = await stream.subscribe("patient", async (batch) => {
        if (++calls <= 4) throw new PersonalizationError("unavailable", "it is away")
        seen.push(...idsOf(batch))
      })
      await subscription.caughtUp()
      expect(seen).toEqual(events.map((event) => event.event_id))
      expect(await fixture.deadLetters()).toEqual([])
    })

    it("does not acknowledge a batch that was stopped while it failed", async () => {
      await stream.append(manyEvents(1))
      let failing = 0
      const first = await stream.subscribe("stopped", async () => {
        failing++
        throw new PersonalizationError("unavailable", "always")
      })
      while (failing === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      await first.close()
      expect(await fixture.deadLetters()).toEqual([])
      const seen: string[] = []
      const second = await stream.subscribe("stopped", async (batch) => void seen.push(...idsOf(batch)))
      await second.caughtUp()
      expect(seen).toHaveLength(1)
    })

    it("loses and doubles nothing when several append at once", async () => {
      const writers = [stream, fixture.another ? await fixture.another() : stream]
      const events = manyEvents(120, (i) => ({ visitor_id: `v${i % 7}` }))
      const seen: string[] = []
      const subscription = await stream.subscribe("tail", async (batch) => void seen.push(...idsOf(batch)), {
        from: "beginning",
      })
      await Promise.all(
        // Every batch is sent twice, to both writers.
        Array.from({ length: 24 }, (_, i) => {
          const part = (i % 12) * 10
          return writers[i % 2 === 0 ? 0 : 1].append(events.slice(part, part + 10))
        })
      )
      await subscription.caughtUp()
      expect(sorted(seen)).toEqual(sorted(events.map((event) => event.event_id)))
    })

    it("shares a group between processes: each event is handled once", async () => {
      if (!fixture.another) return expect(fixture.another).toBeUndefined()
      const second = await fixture.another()
      const seen: string[] = []
      const handler = async (batch: readonly LoggedEvent[]) => void seen.push(...idsOf(batch))
      const subscriptions = [
        await stream.subscribe("shared", handler, { batchSize: 5 }),
        await second.subscribe("shared", handler, { batchSize: 5 }),
      ]
      const events = manyEvents(60, (i) => ({ visitor_id: `v${i % 9}` }))
      for (let i = 0; i < 60; i += 6) await stream.append(events.slice(i, i + 6))
      await Promise.all(subscriptions.map((one) => one.caughtUp()))
      // Delivery is at-least-once while a group is regrouped; what counts is that nothing is missing.
      expect(sorted(new Set(seen))).toEqual(sorted(events.map((event) => event.event_id)))
    })

    it("delivers again, at the same places, what a process had in hand when it died", async () => {
      if (!fixture.another || !fixture.crash) return expect(fixture.crash).toBeUndefined()
      const doomed = await fixture.another()
      const events = manyEvents(6, () => ({ visitor_id: "v" }))
      await stream.append(events)
      const applied: string[] = []
      let release: () => void = () => undefined
      const held = new Promise<void>((resolve) => (release = resolve))
      const inHand = new Promise<void>((resolve) => {
        void doomed.subscribe(
          "crashing",
          async (batch) => {
            // Applied, but never acknowledged.
            applied.push(...batch.map(placeOf))
            resolve()
            await held
          },
          { batchSize: 6 }
        )
      })
      await inHand
      await fixture.crash(doomed)
      release()
      const seen: LoggedEvent[] = []
      const subscription = await stream.subscribe("crashing", async (batch) => void seen.push(...batch))
      await subscription.caughtUp()
      expect(idsOf(seen)).toEqual(events.map((event) => event.event_id))
      expect(seen.map(placeOf).slice(0, applied.length)).toEqual(applied)
    })

    it("keeps a slow handler's batch for it", async () => {
      const events = manyEvents(3, () => ({ visitor_id: "v" }))
      await stream.append(events)
      const seen: string[] = []
      const slow = async (batch: readonly LoggedEvent[]) => {
        if (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 2_500))
        seen.push(...idsOf(batch))
      }
      const subscription = await stream.subscribe("slow", slow, { batchSize: 1 })
      const other =
        fixture.another && (await (await fixture.another()).subscribe("slow", slow, { batchSize: 1 }))
      await subscription.caughtUp()
      await other?.caughtUp()
      expect(seen).toEqual(events.map((event) => event.event_id))
    })
  })
}
