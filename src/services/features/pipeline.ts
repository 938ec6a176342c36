import { nextTurn, Pause, silentLogger, type Logger } from "../lib"
import type { SubjectStore } from "../privacy"
import {
  compareOffsets,
  SMALL_BATCH,
  withoutNames,
  type EventLog,
  type LoggedEvent,
  type Subscription,
} from "../events"
import type { FeatureFollower, Forgotten } from "./feature-follower"
import type { FeatureUpdater } from "./feature-updater"
import { pairOf, withdrawnPairs } from "./withdrawn"

export interface FeaturePipelineDependencies {
  log: EventLog
  updater: FeatureUpdater
  /** Who has withdrawn consent since: their old events build no profile on replay. */
  subjects?: SubjectStore
  logger?: Logger
  /** Wait after a rebuild that failed, ms; doubled each time up to 30 s. Default 1 s. */
  retryMs?: number
}

/** Events read at a time. */
const BATCH = 75
/** Events applied in one turn of the event loop: about 1 ms, so that requests are answered in between. */
const SLICE = 25
const MAX_RETRY_MS = 30_000

/** Keeps features in a process's memory in step with the event log: replays history, then follows. */
export class FeaturePipeline implements FeatureFollower {
  private readonly logger: Logger
  private position: string | undefined
  private subscription: Subscription | undefined
  private rebuild: Promise<void> | undefined
  private stopping = false
  /** Settles when the batch in hand is applied. */
  private inHand: Promise<void> = Promise.resolve()
  /** Subject → offset up to which its events build no profile; kept until the pipeline is past it. */
  private readonly forgotten = new Map<string, string>()
  private readonly pause = new Pause()

  constructor(private readonly dependencies: FeaturePipelineDependencies) {
    this.logger = dependencies.logger ?? silentLogger
  }

  /** History is in: profiles are whole. */
  get rebuilt(): boolean {
    return this.subscription !== undefined
  }

  /**
   * Does what `start` does, beside everything else: returns at once, and what fails is tried again until `stop`.
   * @param since events before this time (ms) are left out
   */
  begin(since?: number): void {
    this.rebuild ??= this.startPatiently(since)
  }

  /**
   * Rebuilds the store from the log, then follows it; resolves when history is in, or when it is stopped.
   * After a failure it may be called again, and goes on behind the last event that was applied.
   * @param since events before this time (ms) are left out
   */
  async start(since?: number): Promise<void> {
    let events = 0
    for await (const batch of this.dependencies.log.replay({
      since,
      after: this.position,
      batch: SMALL_BATCH,
    })) {
      const withdrawn = await withdrawnPairs(this.dependencies.subjects, batch)
      for (let from = 0; from < batch.length; from += BATCH) {
        if (this.stopping) return
        await this.handle(batch.slice(from, from + BATCH), withdrawn)
      }
      events += batch.length
    }
    if (this.stopping) return
    this.logger.info(`features rebuilt from ${events} events`)
    this.subscription = await this.dependencies.log.subscribe("features", (batch) => this.handle(batch), {
      from: this.position === undefined ? "beginning" : { after: this.position },
      batchSize: BATCH,
    })
  }

  /** Resolves when everything appended before the call can be read. */
  async caughtUp(): Promise<void> {
    await this.rebuild
    await this.subscription?.caughtUp()
  }

  /** Ends the rebuild, or stops following. */
  async stop(): Promise<void> {
    this.stopping = true
    this.pause.end()
    await this.rebuild
    await this.subscription?.close()
  }

  /**
   * Forgets the profile of a shopper, and what earlier events of theirs that are not applied yet would make of it.
   * Events that come afterwards build a new one.
   */
  async forget({ visitorId, customerId, sessionIds, upTo }: Forgotten): Promise<void> {
    const until = upTo ?? (await this.dependencies.log.head())
    if (until !== undefined && (this.position === undefined || compareOffsets(until, this.position) > 0)) {
      if (visitorId) this.forgotten.set(`visitor:${visitorId}`, until)
      if (customerId) this.forgotten.set(`customer:${customerId}`, until)
    }
    await this.inHand
    await this.dependencies.updater.drop({ visitorId, customerId }, sessionIds)
  }

  /** Never rejects. */
  private async startPatiently(since?: number): Promise<void> {
    let wait = this.dependencies.retryMs ?? 1_000
    while (!this.stopping) {
      try {
        return await this.start(since)
      } catch (error) {
        this.logger.warn(`features: the rebuild failed, will try again: ${(error as Error).message}`)
      }
      await this.pause.wait(wait)
      wait = Math.min(MAX_RETRY_MS, wait * 2)
    }
  }

  private handle(batch: readonly LoggedEvent[], withdrawn?: ReadonlySet<string>): Promise<void> {
    const handled = this.advance(batch, withdrawn)
    this.inHand = handled.catch(() => undefined)
    return handled
  }

  private async advance(batch: readonly LoggedEvent[], withdrawn?: ReadonlySet<string>): Promise<void> {
    const fresh = batch.filter(
      ({ offset }) => this.position === undefined || compareOffsets(offset, this.position) > 0
    )
    if (fresh.length === 0) return
    const last = fresh[fresh.length - 1].offset
    const events = fresh.map((logged) => ({
      event:
        withdrawn?.has(pairOf(logged.event)) || this.isForgotten(logged)
          ? withoutNames(logged.event)
          : logged.event,
    }))
    for (let from = 0; from < events.length; from += SLICE) {
      await this.dependencies.updater.apply(events.slice(from, from + SLICE))
      this.position = fresh.at(from + SLICE - 1)?.offset ?? last
      await nextTurn()
    }
    for (const [subject, until] of this.forgotten)
      if (compareOffsets(until, last) <= 0) this.forgotten.delete(subject)
  }

  private isForgotten({ offset, event }: LoggedEvent): boolean {
    if (this.forgotten.size === 0) return false
    return [`visitor:${event.visitor_id}`, `customer:${event.customer_id}`].some((subject) => {
      const until = this.forgotten.get(subject)
      return until !== undefined && compareOffsets(offset, until) <= 0
    })
  }
}
