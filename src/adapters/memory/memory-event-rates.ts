import type { EventLog, EventRates } from "../../services/events"
import type { Clock } from "../../services/lib"

const MINUTE = 60_000

/** Counts by reading the log back; for logs that fit in memory. */
export class MemoryEventRates implements EventRates {
  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock
  ) {}

  async perMinute(minutes: number): Promise<{ minute: number; count: number }[]> {
    const counts = new Map<number, number>()
    for await (const batch of this.log.replay({ since: this.clock.now() - minutes * MINUTE })) {
      for (const { event } of batch) {
        const minute = Math.floor(event.ts / MINUTE) * MINUTE
        counts.set(minute, (counts.get(minute) ?? 0) + 1)
      }
    }
    return [...counts].sort(([a], [b]) => a - b).map(([minute, count]) => ({ minute, count }))
  }

  async since(ms: number): Promise<number> {
    let count = 0
    for await (const batch of this.log.replay({ since: ms })) count += batch.length
    return count
  }
}
