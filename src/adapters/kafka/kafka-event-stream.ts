import { randomBytes } from "node:crypto"
import { noMetrics, PersonalizationError, silentLogger, type Logger, type Metrics } from "../../services/lib"
import {
  partitionKeyOf,
  type AppendResult,
  type EventClaims,
  type EventStream,
  type LoggedEvent,
  type NewDeadLetter,
  type ShopEvent,
  type SubscribeOptions,
  type Subscription,
} from "../../services/events"
import type { EventCodec } from "./event-codec"
import { KafkaAdmin, remaining } from "./kafka-admin"
import { KafkaClient, unavailable, within, type KafkaConnection } from "./kafka-client"
import { KafkaProducer } from "./kafka-producer"
import { KafkaSubscription } from "./kafka-subscription"
import { KafkaTopics } from "./kafka-topics"

export interface KafkaEventStreamOptions extends Omit<KafkaConnection, "clientId"> {
  clientId?: string
  /** Topics and groups are named `<prefix>.…`. */
  topicPrefix?: string
  /** Partitions of a topic that does not exist yet: as many processes of a group can share it. */
  partitions?: number
  replicationFactor?: number
  /** How long the topics keep events, at most 28 days. */
  retentionDays?: number
  codec: EventCodec
  /** Which of several tellings of an event counts. */
  claims: EventClaims
  /** Keeps a letter where people look for it; it is in the topic of dead letters already. */
  bury(letter: NewDeadLetter): Promise<void>
  maxAttempts?: number
  /** Wait after a handler's first failure, ms. */
  backoffMs?: number
  /** A process that has not been heard of for this long has lost its partitions, ms. */
  sessionTimeoutMs?: number
  /** How long a handler may keep the group waiting when it is regrouped, ms. */
  rebalanceTimeoutMs?: number
  /** How long `append` waits for its acknowledgement, ms. */
  appendTimeoutMs?: number
  logger?: Logger
  metrics?: Metrics
}

const DEFAULTS = {
  clientId: "personalization",
  topicPrefix: "personalization",
  partitions: 12,
  replicationFactor: 1,
  retentionDays: 7,
  maxAttempts: 5,
  backoffMs: 100,
  sessionTimeoutMs: 10_000,
  rebalanceTimeoutMs: 60_000,
  appendTimeoutMs: 8_000,
  logger: silentLogger,
  metrics: noMetrics,
}

/** Erasing a shopper does not reach into Kafka: what it keeps must be gone in time by itself. */
const MAX_RETENTION_DAYS = 28
const PROBE_MS = 2_000

/** The stream of events on Kafka: keyed by shopper, shared by consumer groups, counted once by `claims`. */
export class KafkaEventStream implements EventStream {
  private readonly options: KafkaEventStreamOptions & typeof DEFAULTS
  private readonly client: KafkaClient
  private readonly admin: KafkaAdmin
  private readonly topics: KafkaTopics
  private readonly producer: KafkaProducer
  private readonly subscriptions = new Set<KafkaSubscription>()
  private readonly events: string
  private readonly deadLetters: string
  private probe: { at: number; answer: Promise<boolean> } | undefined
  private closed = false

  constructor(options: KafkaEventStreamOptions) {
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
    this.options = { ...DEFAULTS, ...(given as unknown as KafkaEventStreamOptions) }
    const { topicPrefix, logger, partitions, replicationFactor, retentionDays } = this.options
    if (!(retentionDays > 0 && retentionDays <= MAX_RETENTION_DAYS))
      throw new PersonalizationError(
        "invalid_option",
        `kafka.retentionDays: must be above 0 and at most ${MAX_RETENTION_DAYS}, so that an erased shopper's events are soon gone`
      )
    this.events = `${topicPrefix}.events`
    this.deadLetters = `${topicPrefix}.dead-letters`
    this.client = new KafkaClient(this.options, logger)
    this.admin = new KafkaAdmin(this.client)
    const names = [this.events, this.deadLetters]
    const settings = { names, partitions, replicationFactor, retentionDays }
    this.topics = new KafkaTopics(this.client, this.admin, settings, logger)
    this.producer = new KafkaProducer(this.client, logger, this.options.appendTimeoutMs)
  }

  /** Kafka does not know what it holds, so nothing is told to be a duplicate here. */
  async append(events: readonly ShopEvent[]): Promise<AppendResult> {
    if (events.length === 0) return { appended: [], duplicates: [] }
    const { codec, appendTimeoutMs } = this.options
    await within(appendTimeoutMs, Promise.all([this.topics.ensure(), codec.ready()])).catch(
      (error: unknown) => {
        throw unavailable("events cannot be sent", error)
      }
    )
    const messages = events.map((event) => ({ key: partitionKeyOf(event), value: codec.encode(event) }))
    await this.producer.send(this.events, messages)
    return { appended: [...new Set(events.map((event) => event.event_id))], duplicates: [] }
  }

  async subscribe(
    group: string,
    handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    { from = "committed", batchSize = 500 }: SubscribeOptions = {}
  ): Promise<Subscription> {
    if (typeof from === "object")
      throw new PersonalizationError(
        "invalid_input",
        "from: { after } is for logs of one partition; Kafka has many, so subscribe from `committed`"
      )
    if (this.closed) throw new PersonalizationError("unavailable", "kafka: the stream is closed")
    const shared = from === "committed"
    const own = `${this.options.topicPrefix}.${group}`
    const subscription = new KafkaSubscription(
      this.client,
      this.admin,
      this.topics,
      handler,
      {
        ...this.options,
        ...{ group, shared, batchSize, topic: this.events },
        groupId: shared ? own : `${own}.${randomBytes(6).toString("hex")}`,
        positions: from === "end" ? await this.ends() : new Map(),
        bury: (letter) => this.bury(letter),
      },
      this.options.logger,
      (ended) => this.subscriptions.delete(ended)
    )
    this.subscriptions.add(subscription)
    return subscription
  }

  /** Does the cluster answer? Asked at most every two seconds, and waited for no longer than that. */
  reachable(): Promise<boolean> {
    const now = Date.now()
    if (!this.probe || now - this.probe.at >= PROBE_MS) {
      const answer = this.admin
        .use((admin) => admin.describeCluster(), PROBE_MS)
        .then(
          () => true,
          () => false
        )
      this.probe = { at: now, answer }
    }
    return this.probe.answer
  }

  /** Events that a group has yet to handle. @throws PersonalizationError `unavailable` */
  async lag(group: string): Promise<number> {
    await this.topics.ensure()
    const groupId = `${this.options.topicPrefix}.${group}`
    const extents = await this.admin.extents(this.events)
    return Number(remaining(extents, await this.admin.committed(groupId, this.events)))
  }

  async close(): Promise<void> {
    this.closed = true
    await Promise.all([...this.subscriptions].map((subscription) => subscription.close()))
    await this.producer.close()
    await this.admin.close()
  }

  private async ends(): Promise<Map<number, bigint>> {
    await this.topics.ensure()
    const extents = await this.admin.extents(this.events)
    return new Map([...extents].map(([partition, { high }]) => [partition, high]))
  }

  private async bury(letter: NewDeadLetter): Promise<void> {
    const { group, origin, error } = letter
    const value = JSON.stringify(letter.event)
    await this.producer.send(this.deadLetters, [{ key: origin, value, headers: { error, group, origin } }])
    await this.options.bury(letter)
  }
}
