import { MemoryDeadLetterStore } from "../memory"
import type { EventStream, ShopEvent } from "../../services/events"
import { eventStreamContract } from "../../services/testing/event-stream.contract"
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
})
