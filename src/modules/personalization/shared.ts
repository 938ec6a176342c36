import { RateLimiterMemory, RateLimiterRedis } from "rate-limiter-flexible"
import { AvroEventCodec, KafkaEventStream } from "../../adapters/kafka"
import { RedisConnection, RedisEventClaims, RedisEventStream, RedisFeatureStore } from "../../adapters/redis"
import type {
  DeadLetterStore,
  EventClaims,
  EventStream,
  LimiterFactory,
  NewDeadLetter,
} from "../../services/events"
import type { FeatureStore } from "../../services/features"
import type { Logger, Metrics } from "../../services/lib"
import { Later } from "./later"
import type { PersonalizationOptions } from "./options"

/** What processes share when they are many: how events travel, where features are, what is limited. */
export interface Shared {
  stream: EventStream
  features: FeatureStore
  claims: EventClaims
  limiter: LimiterFactory
  /** By the names of the parts. @param answers whether one says in time that it is there */
  reachable(
    answers: (there: Promise<boolean>) => Promise<boolean>
  ): Promise<{ redis: boolean; kafka?: boolean }>
  /** Events that a group has not handled yet. */
  lag(group: string): Promise<number>
  close(): Promise<void>
}

interface SharedContext {
  deadLetters: Pick<DeadLetterStore, "add">
  logger: Logger
  metrics: Metrics
}

type Stream = EventStream & { reachable(): Promise<boolean>; lag(group: string): Promise<number> }

/** Connects at first use, so that composing does nothing. */
export function sharedParts(
  options: PersonalizationOptions & { redisUrl: string },
  { deadLetters, logger, metrics }: SharedContext
): Shared {
  const { redisUrl, kafkaBrokers, redis, kafka } = options
  const prefix = redis.keyPrefix
  const bury = (letter: NewDeadLetter) => deadLetters.add([letter])
  const connection = new Later(() => RedisConnection.open({ url: redisUrl, logger }))
  const claims: EventClaims = {
    claim: async (asked) => (await redisClaims.get()).claim(asked),
  }
  const redisClaims = new Later(async () => new RedisEventClaims(await connection.get(), { prefix }))
  const stream = new Later<Stream>(async () => {
    const redisNow = await connection.get()
    if (!kafkaBrokers) {
      const { partitions, maxStreamLength: maxLength } = redis
      return new RedisEventStream(redisNow, { prefix, partitions, maxLength, bury, logger, metrics })
    }
    const { schemaRegistryUrl } = options
    const subject = `${kafka.topicPrefix}.events-value`
    const codec = await AvroEventCodec.create({ schemaRegistryUrl, subject })
    return new KafkaEventStream({ ...kafka, brokers: kafkaBrokers, codec, claims, bury, logger, metrics })
  })
  const features = new Later<FeatureStore>(
    async () => new RedisFeatureStore(await connection.get(), { prefix })
  )
  return {
    stream: {
      append: async (events) => (await stream.get()).append(events),
      subscribe: async (...args) => (await stream.get()).subscribe(...args),
      close: async () => stream.made?.close(),
    },
    features: {
      getMany: async (keys) => (features.made ?? (await features.get())).getMany(keys),
      apply: async (updates) => (await features.get()).apply(updates),
      snapshot: async function* () {
        yield* (await features.get()).snapshot()
      },
      before: async (key, at) => (await features.get()).before(key, at),
      erase: async (key, at) => (await features.get()).erase(key, at),
      close: async () => features.made?.close(),
    },
    claims,
    limiter: (by, points) => {
      const limits = { points, duration: 60, keyPrefix: `${prefix}:limit:${by}` }
      const shared = new Later(async () => {
        const storeClient = (await connection.get()).client
        // Without Redis each process counts for itself.
        const insuranceLimiter = new RateLimiterMemory(limits)
        return new RateLimiterRedis({ ...limits, storeClient, insuranceLimiter, rejectIfRedisNotReady: true })
      })
      return { consume: async (key, count) => (shared.made ?? (await shared.get())).consume(key, count) }
    },
    reachable: async (answers) => {
      const redisThere = async () => (await connection.get()).reachable()
      const kafkaThere = async () => (await stream.get()).reachable()
      const [redisUp, kafkaUp] = await Promise.all([
        answers(redisThere()),
        kafkaBrokers ? answers(kafkaThere()) : undefined,
      ])
      return { redis: redisUp, ...(kafkaUp !== undefined && { kafka: kafkaUp }) }
    },
    lag: async (group) => (await stream.get()).lag(group),
    close: async () => {
      await stream.made?.close()
      connection.made?.close()
    },
  }
}
