import { noMetrics, PersonalizationError, silentLogger, type Logger, type Metrics } from "../../services/lib"
import {
  letterOf,
  Tail,
  TAIL_DEFAULTS,
  type AppendResult,
  type EventClaims,
  type EventStream,
  type LoggedEvent,
  type NewDeadLetter,
  type ShopEvent,
  type SubscribeOptions,
  type Subscription,
} from "../../services/events"
import { compactId } from "./compact-id"
import type { RedisConnection } from "./connection"
import { translated } from "./errors"
import { GroupSubscription } from "./group-subscription"
import { OwnPartition } from "./own-partition"
import { RedisEventClaims } from "./redis-event-claims"
import { groupState, newestId } from "./stream-entries"
import { StreamKeys } from "./stream-keys"
import { idOfOffset, START_ID } from "./stream-offset"
import { streamScripts, type StreamScripts } from "./stream-scripts"

export interface RedisEventStreamOptions {
  /** Takes an event that a group cannot bear. */
  bury(letter: NewDeadLetter): Promise<void>
  /** Before every key. Default `personalization`. */
  prefix?: string
  /** Never changed while there are events: a shopper's would no longer lie together. Default 8. */
  partitions?: number
  /** Events of all partitions at most, acknowledged or not; then `append` is `overloaded`. Default 1,000,000. */
  maxLength?: number
  /** What all groups have acknowledged is kept for this long, ms; shorter when the stream is half full. Default 1 h. */
  retentionMs?: number
  /** For this long an event is known again when it is appended, seconds. Default 3 days. */
  rememberSeconds?: number
  /** Knows events again that are appended with another visitor. Default `RedisEventClaims`. */
  claims?: EventClaims
  /** A process that has not been heard of for this long is dead, and others take over its part, ms. Default 5 s. */
  leaseMs?: number
  /** How often acknowledged events are cleared away, ms. Default 10 s. */
  janitorMs?: number
  maxAttempts?: number
  backoffMs?: number
  pollMs?: number
  logger?: Logger
  metrics?: Metrics
}

const DEFAULTS = {
  prefix: "personalization",
  partitions: 8,
  maxLength: 1_000_000,
  retentionMs: 3_600_000,
  rememberSeconds: 3 * 86_400,
  leaseMs: 5_000,
  janitorMs: 10_000,
}

/** Events that a script acknowledges at once: Lua has no room for many more arguments. */
const MAX_BATCH = 5_000
const RETRY_AFTER_SECONDS = 5

interface Woken extends Subscription {
  told(message: string): void
}

/**
 * Events on Redis streams, one per partition; a shopper's events lie in one. What was acknowledged survives the death of
 * Redis with `appendonly yes`, and a loss of power as `RedisConnection.durability()` says. A batch is written partition
 * by partition: when one is full or away, the others may hold their part, and know it again when it is sent again.
 */
export class RedisEventStream implements EventStream {
  private readonly settings: typeof DEFAULTS & RedisEventStreamOptions
  private readonly keys: StreamKeys
  private readonly scripts: StreamScripts
  private readonly claims: EventClaims
  private readonly logger: Logger
  private readonly metrics: Metrics
  private readonly subscriptions = new Set<Woken>()
  private listener: { close(): void } | undefined

  constructor(
    private readonly connection: RedisConnection,
    options: RedisEventStreamOptions
  ) {
    this.settings = { ...DEFAULTS, ...options }
    const { prefix, partitions } = this.settings
    this.keys = new StreamKeys(prefix, partitions)
    this.scripts = streamScripts(connection)
    this.claims = options.claims ?? new RedisEventClaims(connection, { prefix })
    this.logger = options.logger ?? silentLogger
    this.metrics = options.metrics ?? noMetrics
  }

  async append(events: readonly ShopEvent[]): Promise<AppendResult> {
    const byPartition = new Map<number, ShopEvent[]>()
    for (const event of events) {
      const partition = this.keys.partitionOf(event)
      const part = byPartition.get(partition)
      if (part) part.push(event)
      else byPartition.set(partition, [event])
    }
    const result: AppendResult = { appended: [], duplicates: [] }
    const written = await Promise.allSettled(
      [...byPartition].map(async ([partition, part]) => {
        const isNew = await this.appendTo(partition, part)
        part.forEach(({ event_id }, i) => (isNew[i] ? result.appended : result.duplicates).push(event_id))
      })
    )
    for (const part of written) if (part.status === "rejected") throw part.reason
    return result
  }

  async subscribe(
    group: string,
    handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    { from = "committed", batchSize = 500 }: SubscribeOptions = {}
  ): Promise<Subscription> {
    this.listener ??= this.connection.listen(this.keys.channel, (message) => {
      for (const subscription of this.subscriptions) subscription.told(message)
    })
    const size = Math.min(batchSize, MAX_BATCH)
    const subscription =
      from === "committed"
        ? await this.openShared(group, handler, size)
        : await this.openOwn(group, handler, size, from)
    this.subscriptions.add(subscription)
    return subscription
  }

  /** Events that a group has not acknowledged. @throws PersonalizationError `unavailable` */
  async lag(group: string): Promise<number> {
    const { client } = this.connection
    const lags = await this.eachPartition(async (stream) => {
      const state = await groupState(this.scripts, stream, group)
      return state?.lag ?? translated(() => client.xlen(stream))
    })
    return lags.reduce((sum, lag) => sum + lag, 0)
  }

  /** Do all servers answer? */
  reachable(): Promise<boolean> {
    return this.connection.reachable()
  }

  /** Ends the subscriptions; the connection is its owner's to close. */
  async close(): Promise<void> {
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close()))
    this.listener?.close()
  }

  /** Whether each event is new. */
  private async appendTo(partition: number, events: readonly ShopEvent[]): Promise<boolean[]> {
    const { maxLength, partitions, rememberSeconds } = this.settings
    const keys = [this.keys.stream(partition)]
    const args = events.flatMap((event) => {
      const seen = this.keys.seen(partition, event.event_id)
      if (!keys.includes(seen, 1)) keys.push(seen)
      return [keys.indexOf(seen, 1) + 1, compactId(event.event_id), JSON.stringify(event)]
    })
    const room = Math.ceil(maxLength / partitions)
    const common = [rememberSeconds, room, this.keys.channel, partition]
    const answer = (await this.scripts.append(keys, [...common, ...args])) as -1 | (0 | 1)[]
    if (answer === -1)
      throw new PersonalizationError("overloaded", "the event stream is full; send the events again later", {
        retryAfter: RETRY_AFTER_SECONDS,
      })
    return answer.map((isNew) => isNew === 1)
  }

  private async openShared(
    group: string,
    handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    batchSize: number
  ): Promise<Woken> {
    const { connection, scripts, keys, claims, metrics } = this
    const { leaseMs, retentionMs, janitorMs, partitions } = this.settings
    const maxLength = Math.ceil(this.settings.maxLength / partitions)
    const limits = { batchSize, leaseMs, retentionMs, janitorMs, maxLength }
    const subscription = new GroupSubscription(
      { connection, scripts, keys, claims, metrics, group, ...limits },
      handler,
      (logged, error) => this.bury(group, logged, error),
      this.tailOptions,
      () => void this.subscriptions.delete(subscription)
    )
    await subscription.begin()
    return subscription
  }

  private async openOwn(
    group: string,
    handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    batchSize: number,
    from: "beginning" | "end" | { after: string }
  ): Promise<Woken> {
    const { client } = this.connection
    if (typeof from === "object" && this.keys.partitions > 1)
      throw new PersonalizationError(
        "invalid_input",
        "a place to begin after makes sense on a stream of one partition only; begin where the group is"
      )
    const begin = async (stream: string) => {
      if (typeof from === "object") return idOfOffset(from.after)
      return from === "end" ? ((await newestId(client, stream)) ?? START_ID) : START_ID
    }
    const starts = await this.eachPartition(begin)
    const bury = (logged: LoggedEvent, error: Error) => this.bury(group, logged, error)
    const tails = starts.map((after, partition) => {
      const stream = this.keys.stream(partition)
      const source = new OwnPartition(client, this.claims, stream, partition, batchSize, after, bury)
      return new Tail(source, handler, this.tailOptions)
    })
    const subscription: Woken = {
      told: (message) => tails[Number(message)]?.wake(),
      caughtUp: async () => void (await Promise.all(tails.map((tail) => tail.caughtUp()))),
      close: async () => {
        await Promise.all(tails.map((tail) => tail.close()))
        this.subscriptions.delete(subscription)
      },
    }
    return subscription
  }

  private get tailOptions() {
    const { maxAttempts, backoffMs, pollMs } = { ...TAIL_DEFAULTS, ...this.settings }
    return { maxAttempts, backoffMs, pollMs, logger: this.logger }
  }

  private async bury(group: string, logged: LoggedEvent, error: Error): Promise<void> {
    const { event_id } = logged.event
    this.logger.error(`event stream: group ${group} cannot handle event ${event_id}, put aside`, error)
    await this.settings.bury(letterOf(group, logged, error))
  }

  private eachPartition<T>(use: (stream: string) => Promise<T>): Promise<T[]> {
    return Promise.all(
      Array.from({ length: this.keys.partitions }, (_, partition) => use(this.keys.stream(partition)))
    )
  }
}
