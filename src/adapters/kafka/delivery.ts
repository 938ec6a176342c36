import type { KafkaMessage } from "kafkajs"
import { deliver, PersonalizationError, type Logger, type Metrics } from "../../services/lib"
import {
  letterOf,
  placeOf,
  type EventClaims,
  type LoggedEvent,
  type NewDeadLetter,
} from "../../services/events"
import { sleep } from "./kafka-client"
import type { EventCodec } from "./event-codec"

export interface DeliverySettings {
  group: string
  codec: EventCodec
  claims: EventClaims
  /** Puts an event aside for good. @throws what may go well later */
  bury(letter: NewDeadLetter): Promise<void>
  maxAttempts: number
  /** Wait after a first failure, ms. */
  backoffMs: number
  logger: Logger
  metrics: Metrics
}

/** When to give up what is in hand: it will be delivered again, here or elsewhere. */
export interface Halt {
  halt: AbortSignal
  stopped(): boolean
}

const MAX_BACKOFF_MS = 10_000

class Stopped extends Error {}

/** From messages to a handler: decodes, leaves out what was told before, tries again, and buries what nobody can bear. */
export class Delivery {
  constructor(
    private readonly handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    private readonly settings: DeliverySettings
  ) {}

  /** Returns false when it was stopped before the end. */
  async apply(partition: number, messages: readonly KafkaMessage[], halt: Halt): Promise<boolean> {
    const { maxAttempts, backoffMs, group, logger } = this.settings
    const policy = {
      maxAttempts,
      backoffMs,
      wait: (ms: number) => sleep(ms, halt.halt),
      stopped: halt.stopped,
    }
    try {
      const own = await this.own(await this.decode(partition, messages, halt), halt)
      if (own.length === 0) return true
      return await deliver(own, this.handler, policy, async (logged, error) => {
        logger.error(`kafka: group ${group} cannot handle event ${logged.event.event_id}, put aside`, error)
        await this.insist(halt, () => this.settings.bury(letterOf(group, logged, error)))
      })
    } catch (error) {
      if (error instanceof Stopped) return false
      throw error
    }
  }

  private async decode(
    partition: number,
    messages: readonly KafkaMessage[],
    halt: Halt
  ): Promise<LoggedEvent[]> {
    const logged: LoggedEvent[] = []
    for (const { offset, value } of messages) {
      const bytes = value ?? Buffer.alloc(0)
      try {
        const event = await this.insist(halt, async () => this.settings.codec.decode(bytes), isAway)
        logged.push({ partition, offset, event })
      } catch (error) {
        if (error instanceof Stopped) throw error
        await this.buryBytes(partition, offset, bytes, error as Error, halt)
      }
    }
    return logged
  }

  private async buryBytes(
    partition: number,
    offset: string,
    bytes: Buffer,
    error: Error,
    halt: Halt
  ): Promise<void> {
    const { group, logger, bury } = this.settings
    const origin = placeOf({ partition, offset })
    logger.error(`kafka: group ${group} cannot read the message at ${origin}, put aside`, error)
    const event = { undecodable: bytes.toString("base64") }
    await this.insist(halt, () => bury({ group, origin, event, error: error.message }))
  }

  /** The events that count where they stand. */
  private async own(logged: readonly LoggedEvent[], halt: Halt): Promise<readonly LoggedEvent[]> {
    if (logged.length === 0) return logged
    const { claims, metrics, group } = this.settings
    const wanted = logged.map((one) => ({ eventId: one.event.event_id, place: placeOf(one) }))
    const owned = await this.insist(halt, () => claims.claim(wanted))
    const own = logged.filter((_, i) => owned[i])
    if (own.length < logged.length)
      metrics.count("events_duplicate_total", { group }, logged.length - own.length)
    return own
  }

  /** Tries until it succeeds. @throws Stopped, or an error that no second attempt will cure */
  private async insist<T>(halt: Halt, task: () => Promise<T>, curable = (_: unknown) => true): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await task()
      } catch (error) {
        if (!curable(error)) throw error
        if (halt.stopped()) throw new Stopped()
        const say = tries === 0 ? "warn" : "debug"
        this.settings.logger[say](`kafka: group ${this.settings.group} waits: ${(error as Error).message}`)
        await sleep(Math.min(MAX_BACKOFF_MS, this.settings.backoffMs * 2 ** Math.min(tries, 20)), halt.halt)
        if (halt.stopped()) throw new Stopped()
      }
    }
  }
}

const isAway = (error: unknown): boolean =>
  error instanceof PersonalizationError && error.code === "unavailable"
