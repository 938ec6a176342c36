import { Pause, silentLogger, type Logger } from "../lib"
import { mayProfile, mayStore } from "../privacy"
import type { LoggedEvent, ShopEvent } from "./event"
import type { EventLog } from "./event-log.port"
import type { EventStream, Subscription } from "./event-stream.port"

/** The group of all processes that copy the stream into the archive. */
export const ARCHIVE_GROUP = "archive"

export interface ArchivedEventLogParts {
  /** How events travel. */
  stream: EventStream
  /** Where they stay. */
  archive: EventLog
  /** Whether this process takes its share of the copying. */
  consume: boolean
  /** Told of the sessions of whom the stream says that they are to be forgotten. */
  forgotten?(sessionIds: readonly string[]): Promise<void>
  logger?: Logger
  /** Wait after a failure to subscribe, ms. Default 1 s. */
  retryMs?: number
}

/**
 * A stream and an archive as one event log: events are durable when the stream has them, are handled from there, and
 * stay in the archive, which is what learns, forgets and replays. The archive knows an event again by its id, so a
 * batch that is copied twice is there once.
 */
export class ArchivedEventLog implements EventLog {
  private readonly logger: Logger
  private readonly pause = new Pause()
  private subscription: Subscription | undefined
  private subscribing: Promise<void> | undefined
  private stopping = false

  constructor(private readonly parts: ArchivedEventLogParts) {
    this.logger = parts.logger ?? silentLogger
  }

  append: EventLog["append"] = (events) => this.parts.stream.append(events)
  subscribe: EventLog["subscribe"] = (group, handler, options) =>
    this.parts.stream.subscribe(group, handler, options)
  replay: EventLog["replay"] = (range) => this.parts.archive.replay(range)
  head: EventLog["head"] = () => this.parts.archive.head()
  erase: EventLog["erase"] = (subject) => this.parts.archive.erase(subject)
  unname: EventLog["unname"] = (visitorId) => this.parts.archive.unname(visitorId)
  unlink: EventLog["unlink"] = (visitorId, customerId) => this.parts.archive.unlink(visitorId, customerId)

  /** Begins to copy, beside everything else: returns at once. */
  begin(): void {
    if (this.parts.consume) this.subscribing ??= this.follow()
  }

  /** Resolves when everything appended before the call is in the archive. */
  async archived(): Promise<void> {
    await this.subscribing
    await this.subscription?.caughtUp()
  }

  /** Ends the copying, then the stream; the archive belongs to whoever made it. */
  async close(): Promise<void> {
    this.stopping = true
    this.pause.end()
    await this.subscribing
    await this.subscription?.close()
    await this.parts.stream.close()
  }

  /** Copies a batch, in order: what is to be forgotten is in the archive by then, and goes. */
  async copy(batch: readonly LoggedEvent[]): Promise<void> {
    const { archive } = this.parts
    let waiting: ShopEvent[] = []
    const flush = async () => {
      if (waiting.length > 0) await archive.append(waiting)
      waiting = []
    }
    for (const { event } of batch) {
      if (event.type !== "forget" && mayStore(event.consent)) waiting.push(event)
      if (event.type === "forget" || (event.type === "consent_update" && !mayProfile(event.consent))) {
        await flush()
        await this.forget(event)
      }
    }
    await flush()
  }

  private async forget({ type, visitor_id, customer_id, properties }: ShopEvent): Promise<void> {
    const { archive, forgotten } = this.parts
    const all = type === "forget" && properties?.scope === "all"
    const visitorIds = visitor_id ? [visitor_id] : []
    const sessionIds = all
      ? (await archive.erase({ visitorIds, customerId: customer_id })).sessionIds
      : visitor_id
        ? await archive.unname(visitor_id)
        : []
    if (sessionIds.length > 0) await forgotten?.(sessionIds)
  }

  /** Never rejects: tries until it is stopped. */
  private async follow(): Promise<void> {
    const { stream, retryMs = 1_000 } = this.parts
    while (!this.stopping && !this.subscription) {
      try {
        this.subscription = await stream.subscribe(ARCHIVE_GROUP, (batch) => this.copy(batch), {
          batchSize: 1_000,
        })
      } catch (error) {
        this.logger.warn(`archive: cannot follow the events yet: ${(error as Error).message}`)
        await this.pause.wait(retryMs)
      }
    }
  }
}
