import { silentLogger, type Logger } from "../../services/lib"
import {
  letterOf,
  Tail,
  TAIL_DEFAULTS,
  withoutNames,
  type AppendResult,
  type Erased,
  type EventLog,
  type HistoryRange,
  type LoggedEvent,
  type ShopEvent,
  type SubscribeOptions,
  type Subscription,
} from "../../services/events"
import { MemoryDeadLetterStore } from "./memory-dead-letter-store"

/** An event log that forgets everything with its process: for tests and for trying things out. */
export class MemoryEventLog implements EventLog {
  private readonly events: LoggedEvent[] = []
  private readonly ids = new Set<string>()
  private readonly committed = new Map<string, number>()
  private readonly tails = new Set<Tail>()
  private next = 1
  /** Events that their handlers could not bear. */
  readonly deadLetters = new MemoryDeadLetterStore()

  constructor(private readonly options: { maxAttempts?: number; backoffMs?: number; logger?: Logger } = {}) {}

  async append(events: readonly ShopEvent[]): Promise<AppendResult> {
    const result: AppendResult = { appended: [], duplicates: [] }
    for (const event of events) {
      if (this.ids.has(event.event_id)) {
        result.duplicates.push(event.event_id)
        continue
      }
      this.ids.add(event.event_id)
      this.events.push({ offset: String(this.next++), event: structuredClone(event) })
      result.appended.push(event.event_id)
    }
    for (const tail of this.tails) tail.wake()
    return result
  }

  async subscribe(
    group: string,
    handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    options: SubscribeOptions = {}
  ): Promise<Subscription> {
    const { from = "committed", batchSize = 500 } = options
    let after = from === "end" ? this.next - 1 : typeof from === "object" ? Number(from.after) : 0
    if (from === "committed") after = this.committed.get(group) ?? 0
    const tail = new Tail(
      {
        poll: async (handle) => {
          const batch = this.after(after, batchSize)
          if (batch.length > 0 && (await handle(batch))) {
            after = Number(batch[batch.length - 1].offset)
            if (from === "committed") this.committed.set(group, after)
          }
          return { position: String(after), idle: batch.length === 0 }
        },
        head: () => this.head(),
        bury: (logged, error) => this.deadLetters.add([letterOf(group, logged, error)]),
        ended: async () => void this.tails.delete(tail),
      },
      handler,
      { logger: silentLogger, ...TAIL_DEFAULTS, ...this.options }
    )
    this.tails.add(tail)
    return tail
  }

  async *replay(range: HistoryRange = {}): AsyncIterable<readonly LoggedEvent[]> {
    const { since = -Infinity, until = Infinity, subject, types } = range
    const names = ({ visitor_id, customer_id }: ShopEvent) =>
      !subject ||
      (visitor_id !== undefined && visitor_id === subject.visitorId) ||
      (customer_id !== undefined && customer_id === subject.customerId)
    let after = Number(range.after ?? 0)
    for (;;) {
      const batch = this.after(after, range.batch ?? 1_000)
      if (batch.length === 0) return
      after = Number(batch[batch.length - 1].offset)
      const wanted = batch.filter(
        ({ event }) =>
          event.ts >= since && event.ts < until && (!types || types.includes(event.type)) && names(event)
      )
      if (wanted.length > 0) yield wanted
    }
  }

  async head(): Promise<string | undefined> {
    return this.events.at(-1)?.offset
  }

  async erase(subject: { visitorIds: readonly string[]; customerId?: string }): Promise<Erased> {
    const visitors = new Set(subject.visitorIds)
    const theirs = ({ event }: LoggedEvent) =>
      Boolean(event.visitor_id && visitors.has(event.visitor_id)) ||
      Boolean(subject.customerId && event.customer_id === subject.customerId)
    const erased = this.events.filter(theirs)
    const kept = this.events.filter((logged) => !theirs(logged))
    this.events.splice(0, this.events.length, ...kept)
    return { events: erased.length, sessionIds: sessionsOf(erased) }
  }

  async unname(visitorId: string): Promise<string[]> {
    const theirs = this.events.filter(
      ({ event }) => event.visitor_id === visitorId && event.type !== "consent_update"
    )
    const sessionIds = sessionsOf(theirs)
    const places = new Set(theirs)
    this.events.forEach((logged, i) => {
      // A new object: readers may still hold the old one.
      if (places.has(logged)) this.events[i] = { ...logged, event: withoutNames(logged.event) }
    })
    return sessionIds
  }

  async unlink(visitorId: string, customerId: string): Promise<number> {
    let found = 0
    this.events.forEach((logged, i) => {
      const { customer_id, ...event } = logged.event
      if (event.visitor_id !== visitorId || customer_id !== customerId) return
      found++
      this.events[i] = { ...logged, event }
    })
    return found
  }

  async close(): Promise<void> {
    await Promise.all([...this.tails].map((tail) => tail.close()))
  }

  /** Events after an offset: found by bisection, for offsets ascend. */
  private after(offset: number, limit: number): LoggedEvent[] {
    let low = 0
    let high = this.events.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (Number(this.events[middle].offset) <= offset) low = middle + 1
      else high = middle
    }
    return this.events.slice(low, low + limit)
  }
}

const sessionsOf = (events: readonly LoggedEvent[]): string[] => [
  ...new Set(events.flatMap(({ event }) => (event.session_id ? [event.session_id] : []))),
]
