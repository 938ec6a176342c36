import { noMetrics, Pause, silentLogger, systemClock, type Clock, type Logger, type Metrics } from "../lib"
import type { EventStream, LoggedEvent, Subscription } from "../events"
import type { FeatureFollower, Forgotten } from "./feature-follower"
import { placed, type FeatureUpdater } from "./feature-updater"

/** The group of all processes that keep the shared features. */
export const FEATURES_GROUP = "features"

export interface SharedFeaturesDependencies {
  stream: EventStream
  updater: FeatureUpdater
  /** Whether this process takes its share of the work; others may do it all. */
  consume: boolean
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
  private stopping = false
  private readonly pause = new Pause()

  constructor(private readonly dependencies: SharedFeaturesDependencies) {
    this.logger = dependencies.logger ?? silentLogger
  }

  begin(): void {
    if (this.dependencies.consume) this.subscribing ??= this.subscribe()
  }

  async caughtUp(): Promise<void> {
    await this.subscribing
    await this.subscription?.caughtUp()
  }

  async stop(): Promise<void> {
    this.stopping = true
    this.pause.end()
    await this.subscribing
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

  /** Never rejects: tries until it is stopped. */
  private async subscribe(): Promise<void> {
    const { stream, retryMs = 1_000 } = this.dependencies
    while (!this.stopping && !this.subscription) {
      try {
        this.subscription = await stream.subscribe(FEATURES_GROUP, (batch) => this.handle(batch), {
          batchSize: BATCH,
        })
      } catch (error) {
        this.logger.warn(`features: cannot follow the events yet: ${(error as Error).message}`)
        await this.pause.wait(retryMs)
      }
    }
  }
}
