import { LRUCache } from "lru-cache"
import { joined, noMetrics, silentLogger, systemClock, type Clock, type Logger, type Metrics } from "../lib"
import {
  ConsentReads,
  mayProfile,
  mayStore,
  resolveConsent,
  type Consent,
  type SubjectRef,
  type SubjectStore,
} from "../privacy"
import { checkEvent, isRejection, type CheckedEvent, type CheckRules, type Rejection } from "./check-event"
import { CommitQueue } from "./commit-queue"
import { parseEnvelope } from "./envelope"
import type { ShopEvent } from "./event"
import {
  INGEST_DEFAULTS,
  type Fact,
  type IngestDependencies,
  type IngestOptions,
  type Sender,
  type SubmitResult,
} from "./ingest-parts"
import { RateLimits } from "./rate-limits"
import { RecentSituations } from "./recent-situations"
import { Refusals } from "./refusals"
import { isRobot } from "./robots"
import { storedEvent } from "./stored-event"
import type { Origin } from "./types/event-type"

const DAY_MS = 86_400_000
/** Links remembered, so that a visitor's every event need not write the same one again. */
const LINKS_REMEMBERED = 50_000

/** The way in for every event: checks, consent, clock correction, limits, and a durable write before the answer. */
export class Ingest {
  private readonly options: IngestOptions
  private readonly subjects: SubjectStore
  private readonly consents: ConsentReads
  private readonly withdrawn: (who: SubjectRef) => Promise<void>
  private readonly clock: Clock
  private readonly metrics: Metrics
  private readonly logger: Logger
  private readonly queue: CommitQueue
  private readonly limits: RateLimits
  private readonly refusals: Refusals | undefined
  private readonly situations = new RecentSituations()
  private readonly linked = new LRUCache<string, string>({ max: LINKS_REMEMBERED })

  constructor(dependencies: IngestDependencies, options: Partial<IngestOptions> = {}) {
    this.options = { ...INGEST_DEFAULTS, ...options }
    this.subjects = dependencies.subjects
    this.consents = new ConsentReads(dependencies.subjects)
    this.withdrawn = dependencies.withdrawn ?? (async () => {})
    this.clock = dependencies.clock ?? systemClock
    this.metrics = dependencies.metrics ?? noMetrics
    this.logger = dependencies.logger ?? silentLogger
    this.queue = new CommitQueue(dependencies.log, this.options.queueSize, this.metrics, this.clock)
    const { deadLetters, limiter } = dependencies
    const { ratePerVisitor: visitor, ratePerIp: ip, ratePerKey: key } = this.options
    this.limits = new RateLimits({ ip, key, visitor }, this.metrics, limiter)
    this.refusals = deadLetters && new Refusals(deadLetters, this.clock, this.logger)
  }

  /** Events accepted but not yet durable. */
  get queueDepth(): number {
    return this.queue.size
  }

  /**
   * Takes a batch `{ sent_at?, events }` from outside; resolves when what it accepted is durable.
   * @throws `invalid_input` for a malformed envelope, `overloaded` (with `retryAfter`), `unavailable`
   */
  async submit(body: unknown, sender: Sender): Promise<SubmitResult> {
    const { sent_at, events } = parseEnvelope(body)
    await this.limit(events, sender)
    const now = this.clock.now()
    const rules = this.rules(sender.origin, now, sent_at === undefined ? 0 : now - sent_at)
    return this.take(events, rules, sender, () => sender.customerId)
  }

  /**
   * Takes facts from the shop itself (orders, carts, logins), under the same consent rules.
   * Give each a repeatable `event_id` (`eventIdFrom`), for Medusa may deliver its events twice.
   * @throws `overloaded`, `unavailable`
   */
  async submitFacts(facts: readonly Fact[]): Promise<SubmitResult> {
    const now = this.clock.now()
    const timed = facts.map((fact) => ({ ...fact, ts: fact.ts ?? now }))
    return this.take(timed, this.rules("server", now, 0), { origin: "server" }, (i) => facts[i].customer_id)
  }

  /** The visitor is no longer known to be a customer; their next login counts again. */
  unlinked(visitorId: string): void {
    this.linked.delete(visitorId)
  }

  /** Resolves when everything accepted before the call is durable or refused. */
  drained(): Promise<void> {
    return this.queue.drained()
  }

  /** Writes what is queued and refuses the rest. */
  close(): Promise<void> {
    return this.queue.close()
  }

  private rules(origin: Origin, now: number, skew: number): CheckRules {
    const { retentionDays, futureToleranceSeconds } = this.options
    return {
      origin,
      now,
      skew,
      maxAge: retentionDays * DAY_MS,
      futureTolerance: futureToleranceSeconds * 1_000,
    }
  }

  private async take(
    raw: readonly unknown[],
    rules: CheckRules,
    sender: Sender,
    customerOf: (index: number) => string | undefined
  ): Promise<SubmitResult> {
    const rejected: Rejection[] = []
    const checked: { index: number; event: CheckedEvent; who: SubjectRef }[] = []
    raw.forEach((input, index) => {
      const outcome = checkEvent(input, index, rules)
      if (isRejection(outcome)) return rejected.push(outcome)
      const who = { visitorId: outcome.visitor_id ?? sender.visitorId, customerId: customerOf(index) }
      return checked.push({ index, event: outcome, who })
    })
    const recorded = await this.consents.of(checked.map(({ who }) => who))
    const bot = isRobot(sender.userAgent)
    const stored: ShopEvent[] = []
    let recordedOnly = 0
    for (const [i, { index, event, who }] of checked.entries()) {
      const consent = this.consentOf(event, sender, recorded[i])
      if (event.type === "consent_update") {
        // A sender whose clock is ahead must not outrank what the shopper says later.
        await this.recordConsent(who, consent, Math.min(event.ts, rules.now))
        const now = await this.subjects.consentOf({ visitorId: who.visitorId })
        for (let later = i + 1; later < checked.length; later++)
          if (checked[later].who.visitorId === who.visitorId) recorded[later] = now
      }
      if (mayStore(consent)) stored.push(this.shopEvent(event, consent, who, sender, bot))
      else if (event.type === "consent_update") recordedOnly++
      else
        rejected.push({
          index,
          event_id: event.event_id,
          code: "no_consent",
          message: "consent.analytics: is not granted, so nothing of this event was stored",
        })
    }
    await this.link(stored)
    if (stored.length > 0) await this.queue.push(stored)
    this.count(stored, rejected)
    rejected.sort((a, b) => a.index - b.index)
    this.keepRefused(rejected, raw, sender)
    return { accepted: stored.length + recordedOnly, rejected }
  }

  /** Beside the answer: nobody waits for it, and nothing depends on it. */
  private keepRefused(rejected: readonly Rejection[], raw: readonly unknown[], sender: Sender): void {
    if (!this.refusals || rejected.every(({ code }) => code === "no_consent")) return
    const { consent, gpc, visitorId, customerId } = sender
    const fallback = this.options.defaultConsent
    const consentOf = async (event: Consent | undefined, visitor: string | undefined) => {
      const recorded = await this.subjects.consentOf({ visitorId: visitor ?? visitorId, customerId })
      return resolveConsent({ event, sender: consent, recorded, gpc, fallback })
    }
    this.refusals.keep(rejected, raw, sender.origin, consentOf)
  }

  /** What is held here of a visitor's browser, besides the log. */
  forget(visitorId: string): void {
    this.situations.forget(visitorId)
  }

  private async recordConsent(who: SubjectRef, consent: Consent, ts: number): Promise<void> {
    await this.subjects.recordConsent(who.visitorId!, consent, ts)
    if (mayProfile(consent)) return
    this.forget(who.visitorId!)
    await this.withdrawn(who)
  }

  /** The event as it is stored. A cart or an order is of the situation that its shopper was in. */
  private shopEvent(
    event: CheckedEvent,
    consent: Consent,
    who: SubjectRef,
    sender: Sender,
    bot: boolean
  ): ShopEvent {
    const fact = sender.origin === "server" && mayProfile(consent)
    const situation = fact ? this.situations.at(who.visitorId, event.ts) : undefined
    const stored = storedEvent(
      event,
      consent,
      who,
      joined(sender, { context: joined(situation ?? {}, sender.context ?? {}) }),
      bot
    )
    if (sender.origin === "browser" && mayProfile(consent)) this.situations.note(stored)
    return stored
  }

  private consentOf(event: CheckedEvent, sender: Sender, recorded: Consent | undefined): Consent {
    const { gpc } = sender
    const fallback = this.options.defaultConsent
    // A change of mind is measured against nothing that was said before it.
    if (event.type === "consent_update") return resolveConsent({ event: event.consent, gpc, fallback })
    return resolveConsent({ event: event.consent, sender: sender.consent, recorded, gpc, fallback })
  }

  private async link(events: readonly ShopEvent[]): Promise<void> {
    const links = new Map<string, string>()
    for (const { visitor_id, customer_id } of events)
      if (visitor_id && customer_id && !links.has(visitor_id)) links.set(visitor_id, customer_id)
    for (const [visitorId, customerId] of links) {
      if (this.linked.get(visitorId) === customerId) continue
      await this.subjects.link(visitorId, customerId)
      this.linked.set(visitorId, customerId)
    }
  }

  private async limit(events: readonly unknown[], sender: Sender): Promise<void> {
    if (sender.origin === "server") return
    const first = (events[0] as { visitor_id?: unknown } | null)?.visitor_id
    const visitor = sender.visitorId ?? (typeof first === "string" ? first.slice(0, 128) : undefined)
    await this.limits.take({ ip: sender.ip, key: sender.key, visitor }, events.length)
  }

  private count(stored: readonly ShopEvent[], rejected: readonly Rejection[]): void {
    const bot = stored[0]?.bot ? "true" : "false"
    const byType = new Map<string, number>()
    for (const { type } of stored) byType.set(type, (byType.get(type) ?? 0) + 1)
    for (const [type, events] of byType) this.metrics.count("events_accepted_total", { type, bot }, events)
    for (const { code } of rejected) this.metrics.count("events_rejected_total", { code })
    if (rejected.length > 0) this.logger.debug(`${rejected.length} events rejected: ${rejected[0].message}`)
  }
}
