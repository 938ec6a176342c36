import { setTimeout as sleep } from "node:timers/promises"
import { MemoryDeadLetterStore } from "../memory"
import type { EventStream, LoggedEvent, ShopEvent } from "../../services/events"
import { PersonalizationError } from "../../services/lib"
import { eventStreamContract, idsOf, manyEvents } from "../../services/testing/event-stream.contract"
import { describeWithRedis } from "./__tests__/describe-with-redis"
import type { RedisConnection } from "./connection"
import { RedisEventStream, type RedisEventStreamOptions } from "./redis-event-stream"

const FAST = { maxAttempts: 2, backoffMs: 1, pollMs: 50, leaseMs: 1_000, partitions: 4 }

describeWithRedis("event stream", ({ open, prefix }, kind) => {
  /** Processes on one stream that is new. */
  const processes = (changes: Partial<RedisEventStreamOptions> = {}) => {
    const letters = new MemoryDeadLetterStore()
    const connections = new Map<EventStream, RedisConnection>()
    const options = {
      ...FAST,
      prefix: prefix(),
      bury: (letter: Parameters<typeof letters.add>[0][0]) => letters.add([letter]),
      ...changes,
    }
    const another = async () => {
      const connection = await open()
      const stream = new RedisEventStream(connection, options)
      connections.set(stream, connection)
      return stream
    }
    return {
      options,
      letters,
      another,
      connectionOf: (stream: EventStream) => connections.get(stream) as RedisConnection,
      /** Its connections are cut before it can acknowledge anything or let anything go. */
      crash: async (stream: EventStream) => {
        connections.get(stream)?.close()
        void stream.close()
      },
      close: async () => {
        await Promise.all([...connections.keys()].map((stream) => stream.close()))
        for (const connection of connections.values()) connection.close()
      },
    }
  }

  eventStreamContract(`redis ${kind}`, async () => {
    const { letters, another, crash, close } = processes()
    return {
      stream: await another(),
      another,
      crash,
      deadLetters: async () =>
        (await letters.list({ limit: 100 })).map(({ group, event, error }) => ({
          group,
          eventId: (event as ShopEvent).event_id,
          error,
        })),
      close,
    }
  })

  const collect = (seen: string[]) => async (batch: readonly LoggedEvent[]) => void seen.push(...idsOf(batch))
  const poll = async (until: () => boolean | Promise<boolean>) => {
    while (!(await until())) await sleep(10)
  }

  it("tells which events it held already", async () => {
    const { another, close } = processes()
    const stream = await another()
    const events = manyEvents(20, (i) => ({ visitor_id: `v${i}` }))
    const ids = events.map((event) => event.event_id)
    const first = await stream.append(events.slice(0, 15))
    expect([[...first.appended].sort(), first.duplicates]).toEqual([ids.slice(0, 15).sort(), []])
    const second = await stream.append(events)
    expect([...second.appended].sort()).toEqual(ids.slice(15).sort())
    expect([...second.duplicates].sort()).toEqual(ids.slice(0, 15).sort())
    await close()
  })

  it("delivers an event once though it is told again with another visitor", async () => {
    const { another, close } = processes()
    const stream = await another()
    const [event] = manyEvents(1)
    // Of so many visitors, some lie in other partitions.
    for (let i = 0; i < 20; i++) await stream.append([{ ...event, visitor_id: `v${i}` }])
    for (const from of ["committed", "beginning"] as const) {
      const seen: string[] = []
      const subscription = await stream.subscribe("g", collect(seen), { from })
      await subscription.caughtUp()
      expect(seen).toEqual([event.event_id])
    }
    await close()
  })

  it("is told of new events, long before it would look by itself", async () => {
    const { another, close } = processes({ pollMs: 3_600_000 })
    const [reader, writer] = [await another(), await another()]
    const seen: string[] = []
    const own: string[] = []
    await (await reader.subscribe("g", collect(seen))).caughtUp()
    await (await reader.subscribe("own", collect(own), { from: "end" })).caughtUp()
    // The channel is listened to in the background.
    const events = manyEvents(30, (i) => ({ visitor_id: `v${i}` }))
    for (const event of events) {
      await writer.append([event])
      await sleep(10)
    }
    await poll(() => seen.length >= 29 && own.length >= 29)
    await close()
  })

  it("is overloaded when it is full, and has room again when every group has acknowledged", async () => {
    const { another, close } = processes({
      partitions: 1,
      maxLength: 10,
      janitorMs: 0,
      retentionMs: 3_600_000,
    })
    const stream = await another()
    const events = manyEvents(12)
    await stream.append(events.slice(0, 10))
    await expect(stream.append(events.slice(10))).rejects.toMatchObject({ code: "overloaded", retryAfter: 5 })
    // What it holds already needs no room.
    expect((await stream.append(events.slice(0, 3))).duplicates).toHaveLength(3)
    const slow = await stream.subscribe("slow", async () => {
      throw new PersonalizationError("unavailable", "not yet")
    })
    const quick: string[] = []
    const subscription = await stream.subscribe("quick", collect(quick))
    await subscription.caughtUp()
    expect(quick).toHaveLength(10)
    await poll(async () => (await stream.lag("slow")) === 10)
    await expect(stream.append(events.slice(10))).rejects.toMatchObject({ code: "overloaded" })
    await slow.close()
    const late: string[] = []
    await (await stream.subscribe("slow", collect(late))).caughtUp()
    expect(late).toEqual(events.slice(0, 10).map((event) => event.event_id))
    await poll(() =>
      stream.append(events.slice(10)).then(
        () => true,
        () => false
      )
    )
    await subscription.caughtUp()
    expect(quick).toEqual(events.map((event) => event.event_id))
    await close()
  })

  it("keeps what is acknowledged for its time", async () => {
    const { another, close } = processes({ partitions: 1, janitorMs: 0, retentionMs: 3_600_000 })
    const stream = await another()
    await stream.append(manyEvents(5))
    const subscription = await stream.subscribe("g", async () => undefined)
    await subscription.caughtUp()
    await stream.append(manyEvents(5))
    await subscription.caughtUp()
    const seen: string[] = []
    await (await stream.subscribe("again", collect(seen), { from: "beginning" })).caughtUp()
    expect(seen).toHaveLength(10)
    await close()
  })

  it("says how much a group has not handled", async () => {
    const { another, close } = processes()
    const stream = await another()
    const events = manyEvents(12, (i) => ({ visitor_id: `v${i}` }))
    await stream.append(events)
    expect(await stream.lag("g")).toBe(12)
    const subscription = await stream.subscribe("g", async () => undefined)
    await subscription.caughtUp()
    expect(await stream.lag("g")).toBe(0)
    await subscription.close()
    await stream.append(manyEvents(3))
    expect(await stream.lag("g")).toBe(3)
    await close()
  })

  it("divides a group's partitions among its processes, and gives a dead one's to the others", async () => {
    const { another, crash, close } = processes()
    const streams = [await another(), await another()]
    const seen: Set<number | undefined>[] = [new Set(), new Set()]
    const ids = new Set<string>()
    const open = (stream: EventStream, into: Set<number | undefined>) =>
      stream.subscribe("g", async (batch) => {
        for (const { partition, event } of batch) {
          into.add(partition)
          ids.add(event.event_id)
        }
      })
    const subscriptions = [await open(streams[0], seen[0]), await open(streams[1], seen[1])]
    const sent: string[] = []
    const send = async () => {
      const events = manyEvents(40, (i) => ({ visitor_id: `v${i}` }))
      sent.push(...events.map((event) => event.event_id))
      await streams[1].append(events)
    }
    // Until each has had a partition to itself.
    await poll(async () => {
      for (const one of seen) one.clear()
      await send()
      await Promise.all(subscriptions.map((one) => one.caughtUp()))
      return seen[0].size === 2 && seen[1].size === 2
    })
    await crash(streams[0])
    seen[1].clear()
    await send()
    await subscriptions[1].caughtUp()
    expect([...seen[1]].sort()).toEqual([0, 1, 2, 3])
    expect([...ids].sort()).toEqual(sent.sort())
    await close()
  })

  it("acknowledges nothing when its lease was lost meanwhile", async () => {
    const { another, connectionOf, close, options } = processes({ partitions: 1, leaseMs: 60_000 })
    const stream = await another()
    const events = manyEvents(3, () => ({ visitor_id: "v" }))
    await stream.append(events)
    const { client } = connectionOf(stream)
    const lease = `${options.prefix}:{events:0}:lease:g`
    const calls: string[][] = []
    const subscription = await stream.subscribe("g", async (batch) => {
      calls.push(idsOf(batch))
      // As if it had slept so long that its lease has ended.
      if (calls.length === 1) await client.del(lease)
    })
    await subscription.caughtUp()
    // Its second lease begins with what was never acknowledged.
    expect(calls).toEqual([events, events].map((batch) => batch.map((event) => event.event_id)))
    expect(await stream.lag("g")).toBe(0)
    await close()
  })

  it("refuses to begin after a place when it has several partitions", async () => {
    const { another, close } = processes()
    const subscribing = (await another()).subscribe("g", async () => undefined, { from: { after: "1" } })
    await expect(subscribing).rejects.toMatchObject({ code: "invalid_input" })
    await close()
  })

  it("begins after a place of a single partition", async () => {
    const { another, close } = processes({ partitions: 1 })
    const stream = await another()
    await stream.append(manyEvents(4))
    const all: LoggedEvent[] = []
    const first = await stream.subscribe("a", async (batch) => void all.push(...batch), { from: "beginning" })
    await first.caughtUp()
    const seen: string[] = []
    const second = await stream.subscribe("b", collect(seen), { from: { after: all[1].offset } })
    await second.caughtUp()
    expect(seen).toEqual(idsOf(all.slice(2)))
    await close()
  })
})
