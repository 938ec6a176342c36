import type { Consumer, EachBatchPayload } from "kafkajs"
import type { Logger } from "../../services/lib"
import type { LoggedEvent, Subscription } from "../../services/events"
import { Delivery, type DeliverySettings } from "./delivery"
import { remaining, type Extent, type KafkaAdmin } from "./kafka-admin"
import { sleep, within, type KafkaClient } from "./kafka-client"
import type { KafkaTopics } from "./kafka-topics"

export interface SubscriptionSettings extends DeliverySettings {
  topic: string
  groupId: string
  /** Acknowledges to the group; else the positions are this process's own and end with it. */
  shared: boolean
  /** Where a process of its own begins; a partition that is missing is read from its beginning. */
  positions: Map<number, bigint>
  batchSize: number
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
}

const REQUEST_MS = 10_000
/** How long the broker holds a question for events when there are none: also what closing may take. */
const MAX_WAIT_MS = 250
/** Between attempts to come back after an interruption. */
const RETRY_MS = { first: 250, most: 5_000 }
const POLL_MS = { first: 25, most: 500 }
const DISCONNECT_MS = 10_000

/**
 * One group's reading. Nothing more is fetched from a broker while a handler is at what came from it, which is what
 * holds the stream back; heartbeats go on meanwhile. A consumer that ends for whatever reason is replaced: kafkajs
 * restarts its own only after some errors.
 */
export class KafkaSubscription implements Subscription {
  private readonly stopping = new AbortController()
  private readonly delivery: Delivery
  private readonly positions: Map<number, bigint>
  private readonly running: Promise<void>
  private interrupted = false
  private failures = 0
  private lastSign = 0
  private inHand = 0

  constructor(
    private readonly client: KafkaClient,
    private readonly admin: KafkaAdmin,
    private readonly topics: KafkaTopics,
    handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    private readonly settings: SubscriptionSettings,
    private readonly logger: Logger,
    private readonly ended: (subscription: KafkaSubscription) => void
  ) {
    this.delivery = new Delivery(handler, settings)
    this.positions = new Map(settings.positions)
    this.running = this.run()
  }

  async caughtUp(): Promise<void> {
    let target: Map<number, Extent> | undefined
    for (let wait = POLL_MS.first; !this.stopping.signal.aborted; wait = Math.min(POLL_MS.most, wait * 1.5)) {
      try {
        await this.topics.ensure()
        target ??= await this.admin.extents(this.settings.topic)
        if (remaining(target, await this.reached()) === 0n) return
      } catch (error) {
        this.logger.debug(`kafka: group ${this.settings.group}: ${(error as Error).message}`)
      }
      await sleep(wait, this.stopping.signal)
    }
  }

  async close(): Promise<void> {
    this.stopping.abort()
    await this.running
  }

  private async reached(): Promise<ReadonlyMap<number, bigint>> {
    const { shared, groupId, topic } = this.settings
    return shared ? this.admin.committed(groupId, topic) : this.positions
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      try {
        await this.consume()
      } catch (error) {
        if (signal.aborted) break
        const { message } = error as Error
        const say = this.interrupted ? "debug" : "warn"
        this.logger[say](`kafka: group ${this.settings.group} is interrupted, will try again: ${message}`)
        this.interrupted = true
        await sleep(Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(this.failures++, 10)), signal)
      }
    }
    this.ended(this)
  }

  /** Reads until it is stopped. @throws whatever ended the consumer */
  private async consume(): Promise<void> {
    await this.topics.ensure()
    const { groupId, topic, sessionTimeoutMs, rebalanceTimeoutMs } = this.settings
    const kafka = await this.client.open(REQUEST_MS)
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: this.heartbeatMs,
      maxWaitTimeInMs: MAX_WAIT_MS,
      // It is replaced as a whole.
      retry: { restartOnFailure: async () => false },
    })
    const end = this.endOf(consumer)
    try {
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => this.apply(payload),
      })
      await end.reached
    } finally {
      end.forget()
      while (this.inHand > 0) await sleep(20, NEVER)
      await within(DISCONNECT_MS, consumer.disconnect()).catch(() => undefined)
    }
  }

  /** A third of the session, as is usual. */
  private get heartbeatMs(): number {
    return Math.floor(this.settings.sessionTimeoutMs / 3)
  }

  /** Resolves when it is to stop; rejects when the consumer has crashed or has not been heard of for too long. */
  private endOf(consumer: Consumer): { reached: Promise<void>; forget(): void } {
    const { sessionTimeoutMs, rebalanceTimeoutMs } = this.settings
    const { CRASH, GROUP_JOIN, HEARTBEAT, FETCH } = consumer.events
    const sign = () => void (this.lastSign = Date.now())
    sign()
    consumer.on(FETCH, sign)
    consumer.on(HEARTBEAT, sign)
    consumer.on(GROUP_JOIN, () => {
      sign()
      this.joined(consumer)
    })
    let forget: () => void = () => undefined
    const reached = new Promise<void>((resolve, reject) => {
      const { signal } = this.stopping
      const stop = () => resolve()
      if (signal.aborted) stop()
      signal.addEventListener("abort", stop)
      consumer.on(CRASH, ({ payload }) => reject(payload.error))
      // A group that is regrouped may keep us waiting for as long as its slowest member.
      const patience = rebalanceTimeoutMs + 2 * sessionTimeoutMs
      const watch = setInterval(() => {
        if (this.inHand === 0 && Date.now() - this.lastSign > patience)
          reject(new Error(`the consumer has been silent for ${patience / 1000} s`))
      }, sessionTimeoutMs)
      forget = () => {
        clearInterval(watch)
        signal.removeEventListener("abort", stop)
      }
    })
    reached.catch(() => undefined)
    return { reached, forget }
  }

  private joined(consumer: Consumer): void {
    this.failures = 0
    if (this.interrupted) this.logger.info(`kafka: group ${this.settings.group} goes on`)
    this.interrupted = false
    if (this.settings.shared) return
    const { topic } = this.settings
    for (const [partition, offset] of this.positions)
      consumer.seek({ topic, partition, offset: String(offset) })
  }

  /** Hands over what came of one partition, and acknowledges it part by part. */
  private async apply(payload: EachBatchPayload): Promise<void> {
    const { batch, heartbeat, isRunning, isStale } = payload
    const halt = new AbortController()
    let lost: unknown
    const stop = () => halt.abort()
    const { signal } = this.stopping
    if (signal.aborted) stop()
    signal.addEventListener("abort", stop)
    const timer = setInterval(() => {
      heartbeat().catch((error: unknown) => {
        // The partition may be another's by now: what is in hand is finished, and nothing more begun.
        lost ??= error
        halt.abort()
      })
    }, this.heartbeatMs / 2)
    this.inHand++
    try {
      const stopped = () => halt.signal.aborted || !isRunning() || isStale()
      const { messages } = batch
      for (let at = 0; at < messages.length && !stopped(); at += this.settings.batchSize) {
        const part = messages.slice(at, at + this.settings.batchSize)
        if (!(await this.delivery.apply(batch.partition, part, { halt: halt.signal, stopped }))) break
        const isLast = at + part.length >= messages.length
        await this.acknowledge(payload, isLast ? batch.lastOffset() : part[part.length - 1].offset)
      }
    } finally {
      this.inHand--
      clearInterval(timer)
      signal.removeEventListener("abort", stop)
    }
    // kafkajs joins the group again when it is thrown what it threw.
    if (lost !== undefined) throw lost
  }

  private async acknowledge(payload: EachBatchPayload, offset: string): Promise<void> {
    const { batch, resolveOffset, commitOffsetsIfNecessary } = payload
    const { topic, partition } = batch
    const next = BigInt(offset) + 1n
    if (this.settings.shared) {
      const partitions = [{ partition, offset: String(next) }]
      await commitOffsetsIfNecessary({ topics: [{ topic, partitions }] })
    }
    resolveOffset(offset)
    this.positions.set(partition, next)
  }
}

const NEVER = new AbortController().signal
