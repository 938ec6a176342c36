import { noMetrics, Pause, silentLogger, systemClock, type Clock, type Logger, type Metrics } from "../lib"
import type { EventStream, LoggedEvent, Subscription } from "../events"
import type { FeatureFollower, Forgotten } from "./feature-follower"
import { placed, type FeatureUpdater } from "./feature-updater"
import type { HistoryFiller } from "./history-filler"

/** The group of all processes that keep the shared features. */
export const FEATURES_GROUP = "features"

export interface SharedFeaturesDependencies {
  stream: EventStream
  updater: FeatureUpdater
  /** Whether this process takes its share of the work; others may do it all. */
  consume: boolean
  /** Fills a store that is empty. */
  filler?: Pick<HistoryFiller, "fill" | "stop">
  clock?: Clock
  metrics?: Metrics
  logger?: Logger
  /** Wait after a failure to subscribe, ms. Default 1 s. */
  retryMs?: number
}

/** Events handled at a time: large enough to share round trips, small enough to be soon in the lists. */
const BATCH = 250

/**
 * Keeps features that all processes share in step with the stream. They outlive every process, so there is nothing to
 * rebuild; each record knows how far it has come, so that a batch which is delivered again counts once.
 */
export class SharedFeatures implements FeatureFollower {
  readonly rebuilt = true
  private readonly logger: Logger
  private subscription: Subscription | undefined
  private subscribing: Promise<void> | undefined
  private filling: Promise<void> | undefined
  private stopping = false
  private readonly pause = new Pause()

  constructor(private readonly dependencies: SharedFeaturesDependencies) {
    this.logger = dependencies.logger ?? silentLogger
  }

  begin(since?: number): void {
    if (!this.dependencies.consume) return
    this.subscribing ??= this.subscribe()
    this.filling ??= this.fill(since)
  }

  /** Resolves when history is in. */
  async filled(): Promise<void> {
    await this.filling
  }

  async caughtUp(): Promise<void> {
    await this.subscribing
    await this.subscription?.caughtUp()
  }

  async stop(): Promise<void> {
    this.stopping = true
    this.pause.end()
    this.dependencies.filler?.stop()
    await Promise.all([this.subscribing, this.filling])
    await this.subscription?.close()
  }

  /** What is still on its way is dropped by the `forget` event that follows it on the stream. */
  forget({ visitorId, customerId, sessionIds }: Forgotten): Promise<void> {
    return this.dependencies.updater.drop({ visitorId, customerId }, sessionIds)
  }

  private async handle(batch: readonly LoggedEvent[]): Promise<void> {
    const { updater, clock = systemClock, metrics = noMetrics } = this.dependencies
    await updater.apply(batch.map(placed))
    const { ts } = batch[batch.length - 1].event
    metrics.gauge("event_lag_seconds", Math.max(0, (clock.now() - ts) / 1_000))
  }

  private subscribe(): Promise<void> {
    return this.patiently("cannot follow the events yet", async () => {
      const handle = (batch: readonly LoggedEvent[]) => this.handle(batch)
      this.subscription = await this.dependencies.stream.subscribe(FEATURES_GROUP, handle, {
        batchSize: BATCH,
      })
    })
  }

  private fill(since: number | undefined): Promise<void> {
    return this.patiently("history is not in yet", async () => this.dependencies.filler?.fill(since))
  }

  /** Never rejects: tries until it is stopped. */
  private async patiently(trouble: string, work: () => Promise<void>): Promise<void> {
    while (!this.stopping) {
      try {
        return await work()
      } catch (error) {
        this.logger.warn(`features: ${trouble}: ${(error as Error).message}`)
        await this.pause.wait(this.dependencies.retryMs ?? 1_000)
      }
    }
  }
}
