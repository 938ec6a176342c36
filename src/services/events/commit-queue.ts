import { PersonalizationError, type Clock, type Metrics } from "../lib"
import type { ShopEvent } from "./event"
import type { EventLog } from "./event-log.port"

interface Waiting {
  events: readonly ShopEvent[]
  resolve(): void
  reject(error: unknown): void
}

/** Events of one write at most: larger transactions gain nothing and keep others waiting. */
const MAX_GROUP = 2_000

/**
 * A bounded queue before the event log. Batches that arrive while a write is under way are written
 * together by the next one (group commit), so that the number of transactions follows the speed of
 * the disk and not the number of shoppers.
 */
export class CommitQueue {
  private waiting: Waiting[] = []
  private depth = 0
  private writing: Promise<void> | undefined
  private closed = false

  constructor(
    private readonly log: EventLog,
    private readonly capacity: number,
    private readonly metrics: Metrics,
    private readonly clock: Clock
  ) {}

  /** Events that are not durable yet. */
  get size(): number {
    return this.depth
  }

  /**
   * Resolves when the events are durable.
   * @throws `overloaded` when they do not fit, `unavailable` when the log cannot be reached or is closing
   */
  push(events: readonly ShopEvent[]): Promise<void> {
    if (this.closed)
      return Promise.reject(
        new PersonalizationError("unavailable", "the server is stopping; send the events again")
      )
    // A batch larger than the whole queue could never be sent again with success: it may pass an empty queue.
    if (this.depth > 0 && this.depth + events.length > this.capacity) {
      this.metrics.count("events_overloaded_total", { by: "queue" }, events.length)
      return Promise.reject(
        new PersonalizationError("overloaded", "the event queue is full; send the events again later", {
          retryAfter: 1,
        })
      )
    }
    return this.enqueue(events)
  }

  /** Resolves when everything pushed before the call is written or refused. */
  drained(): Promise<void> {
    // An empty batch at the end of the line; whether those that share its write succeed is theirs to say.
    return this.enqueue([]).catch(() => undefined)
  }

  /** Refuses new events and resolves when all others are written or refused. */
  async close(): Promise<void> {
    this.closed = true
    while (this.writing) await this.writing
  }

  private enqueue(events: readonly ShopEvent[]): Promise<void> {
    const written = new Promise<void>((resolve, reject) => this.waiting.push({ events, resolve, reject }))
    this.grow(events.length)
    this.writing ??= this.write()
    return written
  }

  private grow(by: number): void {
    this.depth += by
    this.metrics.gauge("queue_depth", this.depth)
  }

  private nextGroup(): Waiting[] {
    let events = 0
    let size = 0
    while (
      size < this.waiting.length &&
      (size === 0 || events + this.waiting[size].events.length <= MAX_GROUP)
    )
      events += this.waiting[size++].events.length
    return this.waiting.splice(0, size)
  }

  private async write(): Promise<void> {
    // Batches that arrive in this turn of the event loop join the first group.
    await Promise.resolve()
    try {
      while (this.waiting.length > 0) await this.commit(this.nextGroup())
    } finally {
      // In the same turn as the last look at `waiting`: whoever comes a microtask later must start a new write.
      this.writing = undefined
    }
  }

  private async commit(group: Waiting[]): Promise<void> {
    try {
      await this.append(group.flatMap((batch) => batch.events))
      for (const batch of group) batch.resolve()
    } catch (error) {
      const down = error instanceof PersonalizationError && error.code === "unavailable"
      if (down || group.length === 1) for (const batch of group) batch.reject(error)
      // One batch that the log cannot take must not sink those that shared its transaction.
      else for (const batch of group) await this.append(batch.events).then(batch.resolve, batch.reject)
    } finally {
      this.grow(-group.reduce((sum, batch) => sum + batch.events.length, 0))
    }
  }

  private async append(events: readonly ShopEvent[]): Promise<void> {
    if (events.length === 0) return
    const began = this.clock.now()
    const { appended, duplicates } = await this.log.append(events)
    this.metrics.observe("append_duration_seconds", (this.clock.now() - began) / 1_000)
    this.metrics.count("events_appended_total", {}, appended.length)
    if (duplicates.length > 0) this.metrics.count("events_duplicate_total", {}, duplicates.length)
  }
}
