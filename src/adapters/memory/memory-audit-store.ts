import type { AuditStore, DayAudit } from "../../services/measurement"

/** Audits of one process. */
export class MemoryAuditStore implements AuditStore {
  private readonly days = new Map<string, DayAudit>()

  async put(audit: DayAudit): Promise<void> {
    this.days.set(audit.day, structuredClone(audit))
  }

  async list(days: number): Promise<DayAudit[]> {
    const newest = [...this.days.keys()].sort().reverse().slice(0, days)
    return newest.map((day) => structuredClone(this.days.get(day)!))
  }

  async purgeBefore(day: string): Promise<void> {
    for (const one of this.days.keys()) if (one < day) this.days.delete(one)
  }
}
