import type { SubjectRef } from "../../services/privacy"
import { shopperOf, type Exposure, type ExposureStore, type RecentExposures } from "../../services/serving"

/** Exposures of one process; the oldest are dropped beyond `limit`. */
export class MemoryExposureStore implements ExposureStore {
  private readonly exposures = new Map<string, Exposure>()

  constructor(private readonly limit = 100_000) {}

  async record(exposures: readonly Exposure[]): Promise<void> {
    for (const exposure of exposures)
      if (!this.exposures.has(exposure.requestId))
        this.exposures.set(exposure.requestId, structuredClone(exposure))
    for (const requestId of this.exposures.keys()) {
      if (this.exposures.size <= this.limit) break
      this.exposures.delete(requestId)
    }
  }

  /** Oldest first. */
  all(): IterableIterator<Exposure> {
    return this.exposures.values()
  }

  async get(requestId: string): Promise<Exposure | undefined> {
    return structuredClone(this.exposures.get(requestId))
  }

  async getMany(requestIds: readonly string[]): Promise<Map<string, Exposure>> {
    const found = new Map<string, Exposure>()
    for (const id of requestIds) {
      const exposure = this.exposures.get(id)
      if (exposure) found.set(id, structuredClone(exposure))
    }
    return found
  }

  async recent({ placement, limit, before }: RecentExposures): Promise<Exposure[]> {
    const all = [...this.exposures.values()].filter(
      (one) => (!placement || one.placement === placement) && (!before || newestFirst(before, one) < 0)
    )
    return structuredClone(all.sort(newestFirst).slice(0, limit))
  }

  async shoppers(exposures: number, limit: number): Promise<SubjectRef[]> {
    const newest = [...this.exposures.values()].sort(newestFirst).slice(0, exposures)
    const found = new Map<string, SubjectRef>()
    for (const { subject, visitorId } of newest) {
      const key = `${subject} ${visitorId ?? ""}`
      if (subject !== undefined && !found.has(key)) found.set(key, shopperOf({ subject, visitorId }))
    }
    return [...found.values()].slice(0, limit)
  }

  async erase(subject: { visitorIds: readonly string[]; customerId?: string }): Promise<number> {
    let erased = 0
    for (const [requestId, exposure] of [...this.exposures]) {
      const visitor = exposure.visitorId !== undefined && subject.visitorIds.includes(exposure.visitorId)
      const byVisitor = subject.visitorIds.some((id) => exposure.subject === `visitor:${id}`)
      const customer =
        subject.customerId !== undefined && exposure.subject === `customer:${subject.customerId}`
      if (!visitor && !byVisitor && !customer) continue
      this.exposures.delete(requestId)
      erased++
    }
    return erased
  }
}

type Place = Pick<Exposure, "ts" | "requestId">

function newestFirst(a: Place, b: Place): number {
  if (a.ts !== b.ts || a.requestId === b.requestId) return b.ts - a.ts
  return a.requestId < b.requestId ? 1 : -1
}
