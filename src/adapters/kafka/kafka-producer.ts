import type { ICustomPartitioner, Message, Producer } from "kafkajs"
import { PersonalizationError, type Logger } from "../../services/lib"
import { unavailable, within, type KafkaClient } from "./kafka-client"
import { partitionOf } from "./murmur2"

/** What is sent together at most, bytes; a broker takes 1 MB for a partition unless it is told otherwise. */
const MAX_SEND_BYTES = 512 * 1024
/** Messages that may wait; whoever comes then is told to come again. */
const MAX_WAITING = 20_000

/** One call of `send`. Its parts may go out at different times; once it has failed, the rest of it stays. */
interface Call {
  failed: boolean
  reject(error: unknown): void
}

interface Part {
  topic: string
  messages: Message[]
  bytes: number
  call: Call
  sent(): void
}

/**
 * Sends messages, acknowledged by all in-sync replicas. One request is under way at a time, and what arrives meanwhile
 * goes with the next one: kafkajs numbers an idempotent producer's messages anew when a request fails, so that of two
 * that overlap one could take the other's numbers, be taken for its repetition, and be acknowledged without being
 * written. For the same reason a producer that has failed is not used again.
 */
export class KafkaProducer {
  private readonly waiting: Part[] = []
  private depth = 0
  private sending: Promise<void> | undefined
  private producer: Promise<Producer> | undefined
  private closed = false
  private idempotent = true
  /** `<topic>:<partition>` that the request under way must be acknowledged for. */
  private readonly expected = new Set<string>()

  constructor(
    private readonly client: KafkaClient,
    private readonly logger: Logger,
    private readonly timeoutMs: number
  ) {}

  /**
   * Resolves when the messages are durable.
   * @throws PersonalizationError `unavailable` (they may be durable nevertheless), `overloaded`
   */
  async send(topic: string, messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return
    if (this.closed) throw new PersonalizationError("unavailable", "kafka: the stream is closed")
    if (this.depth > 0 && this.depth + messages.length > MAX_WAITING)
      throw new PersonalizationError("overloaded", "kafka: too many events are waiting to be sent", {
        retryAfter: 1,
      })
    this.depth += messages.length
    let timer: NodeJS.Timeout | undefined
    const call: Call = { failed: false, reject: () => undefined }
    const failure = new Promise<never>((_resolve, reject) => {
      call.reject = (error) => {
        call.failed = true
        reject(error)
      }
      const late = new Error(`no acknowledgement within ${this.timeoutMs / 1000} s`)
      timer = setTimeout(() => call.reject(unavailable("events cannot be sent", late)), this.timeoutMs)
    })
    const parts = split(messages).map(
      (part) => new Promise<void>((sent) => this.waiting.push({ topic, call, sent, ...part }))
    )
    this.sending ??= this.work()
    try {
      await Promise.race([Promise.all(parts), failure])
    } finally {
      clearTimeout(timer)
      this.depth -= messages.length
    }
  }

  /** Sends what is waiting and refuses the rest. */
  async close(): Promise<void> {
    this.closed = true
    while (this.sending) await this.sending
    await this.retire()
  }

  private async work(): Promise<void> {
    for (let parts = this.next(); parts.length > 0; parts = this.next()) {
      const request = this.transmit(parts)
      try {
        await within(this.timeoutMs, request)
        for (const part of parts) part.sent()
      } catch (error) {
        void this.retire(request)
        for (const { call } of parts) call.reject(unavailable("events cannot be sent", error))
      }
    }
    this.sending = undefined
  }

  private next(): Part[] {
    const parts: Part[] = []
    for (let bytes = 0; this.waiting.length > 0;) {
      const [first] = this.waiting
      if (!first.call.failed) {
        bytes += first.bytes
        if (parts.length > 0 && bytes > MAX_SEND_BYTES) break
        parts.push(first)
      }
      this.waiting.shift()
    }
    return parts
  }

  private async transmit(parts: readonly Part[]): Promise<void> {
    const producer = await (this.producer ??= this.open())
    this.expected.clear()
    const topicMessages = parts.map(({ topic, messages }) => ({ topic, messages }))
    const acknowledged = await producer.sendBatch({ topicMessages, acks: -1, timeout: this.timeoutMs })
    // kafkajs counts the answers of brokers: of a partition that changed its leader meanwhile it may have forgotten.
    for (const { topicName, partition } of acknowledged) this.expected.delete(`${topicName}:${partition}`)
    if (this.expected.size > 0) throw new Error(`${[...this.expected].join(", ")} did not acknowledge`)
  }

  private async open(): Promise<Producer> {
    const kafka = await this.client.open(this.timeoutMs)
    const { createPartitioner } = this
    const connect = async (idempotent: boolean) => {
      const producer = kafka.producer({ createPartitioner, idempotent })
      try {
        await producer.connect()
        return producer
      } catch (error) {
        await producer.disconnect()
        throw error
      }
    }
    if (!this.idempotent) return connect(false)
    try {
      return await connect(true)
    } catch {
      // Away, or unable? It is the latter if it takes another producer, and then still not this one.
      const plain = await connect(false)
      try {
        const idempotent = await connect(true)
        await plain.disconnect()
        return idempotent
      } catch (error) {
        this.idempotent = false
        this.logger.warn(
          `kafka: the broker takes no idempotent producer; an event that is written twice is found by its id: ${(error as Error).message}`
        )
        return plain
      }
    }
  }

  /** Remembers what it was asked. */
  private readonly createPartitioner: ICustomPartitioner =
    () =>
    ({ topic, message, partitionMetadata }) => {
      const partition = partitionOf(String(message.key), partitionMetadata.length)
      this.expected.add(`${topic}:${partition}`)
      return partition
    }

  /** Lets go of the producer, and ends it once the request is over: one under way would connect it again. */
  private async retire(request?: Promise<void>): Promise<void> {
    const { producer } = this
    this.producer = undefined
    await request?.catch(() => undefined)
    await within(this.timeoutMs, Promise.resolve(producer?.then((opened) => opened.disconnect()))).catch(
      () => undefined
    )
  }
}

/** Parts that a broker takes, in order. */
function split(messages: readonly Message[]): { messages: Message[]; bytes: number }[] {
  const parts: { messages: Message[]; bytes: number }[] = []
  for (const message of messages) {
    const bytes = (message.value?.length ?? 0) + (message.key?.length ?? 0)
    const last = parts.at(-1)
    if (last && last.bytes + bytes <= MAX_SEND_BYTES) {
      last.messages.push(message)
      last.bytes += bytes
    } else parts.push({ messages: [message], bytes })
  }
  return parts
}
