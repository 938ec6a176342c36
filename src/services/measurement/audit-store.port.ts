import type { Audit } from "./audit"
import type { AuditAlert } from "./audit-bounds"

/** What the lists of one day were like. */
export interface DayAudit {
  /** YYYY-MM-DD, UTC. */
  day: string
  audit: Audit
  alerts: AuditAlert[]
}

/** One audit a day; holds figures of many lists, and of no shopper. */
export interface AuditStore {
  /** Replaces that of the same day. */
  put(audit: DayAudit): Promise<void>
  /** The newest days first. */
  list(days: number): Promise<DayAudit[]>
  /** Drops those of days before this one. */
  purgeBefore(day: string): Promise<void>
}
