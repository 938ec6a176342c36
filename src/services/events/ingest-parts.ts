import type { Clock, Logger, Metrics } from "../lib"
import { NO_CONSENT, type Consent, type SubjectRef, type SubjectStore } from "../privacy"
import type { Rejection } from "./check-event"
import type { DeadLetterStore } from "./dead-letter-store.port"
import type { EventInput } from "./envelope"
import type { EventContext } from "./event"
import type { EventLog } from "./event-log.port"
import type { LimiterFactory } from "./rate-limits"
import type { Origin } from "./types/event-type"

/** Who sent a batch, as the edge has established it. */
export interface Sender {
  origin: Origin
  /** From the visitor header; an event's own `visitor_id` goes first. */
  visitorId?: string
  sessionId?: string
  /** From the auth context only. */
  customerId?: string
  ip?: string
  /** Publishable key the batch came with. */
  key?: string
  userAgent?: string
  /** `Sec-GPC: 1` was sent. */
  gpc?: boolean
  /** From the consent header. */
  consent?: Consent
  /** What the edge knows of the situation; an event's own values go first. */
  context?: Partial<EventContext>
}

/** An event that the shop itself reports: here, and only here, a customer may be named. */
export type Fact = Omit<EventInput, "ts"> & {
  /** Now, if left out. */
  ts?: number | string
  customer_id?: string
}

export interface SubmitResult {
  /** Events that are durable now, those known before included. */
  accepted: number
  rejected: Rejection[]
}

export interface IngestOptions {
  /** Events waiting for the log before `overloaded`. */
  queueSize: number
  /** Events older than this are refused. */
  retentionDays: number
  futureToleranceSeconds: number
  /** Events per minute of one visitor. */
  ratePerVisitor: number
  /** Events per minute of one address. */
  ratePerIp: number
  /** Events per minute that come with one publishable key. */
  ratePerKey: number
  /** Consent of a shopper who has said nothing. */
  defaultConsent: Consent
}

export const INGEST_DEFAULTS: IngestOptions = Object.freeze({
  queueSize: 10_000,
  retentionDays: 90,
  futureToleranceSeconds: 300,
  ratePerVisitor: 600,
  ratePerIp: 6_000,
  ratePerKey: 600_000,
  defaultConsent: NO_CONSENT,
})

export interface IngestDependencies {
  log: EventLog
  subjects: SubjectStore
  /** Told when a shopper takes back their consent to a profile, after that is recorded: forget what is kept. */
  withdrawn?(who: SubjectRef): Promise<void>
  /** Where refused events are kept for a person to look at. */
  deadLetters?: DeadLetterStore
  /** Limits that all processes share. Default: this process's own. */
  limiter?: LimiterFactory
  clock?: Clock
  metrics?: Metrics
  logger?: Logger
}
