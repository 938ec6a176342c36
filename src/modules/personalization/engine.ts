import type { Situations } from "../../services/context"
import type { DeadLetters, EventLog, EventRates, Ingest } from "../../services/events"
import type { CatalogKeeper, FeatureStore } from "../../services/features"
import type { Metrics } from "../../services/lib"
import type { AuditStore, DayAudit } from "../../services/measurement"
import type { ModelRegistry, TrialLog } from "../../services/models"
import type { RankerDesk } from "../../services/ranking"
import type { Consent, SubjectRef } from "../../services/privacy"
import type { ContentIndex, IndexState } from "../../services/retrieval"
import type { ExposureStore, PlacementStore, Recommender } from "../../services/serving"
import type { PersonalizationOptions } from "./options"
import type { Steering } from "./steering"
import type { TrainingRuns } from "./training-runs"

/** Everything the composition root has wired: what the module, the CLI and the tests work with. */
export interface Engine {
  readonly options: PersonalizationOptions
  readonly metrics: Metrics
  /** Prometheus text of all metrics. */
  metricsText(): Promise<string>
  readonly log: EventLog
  readonly ingest: Ingest
  readonly rates: EventRates
  readonly features: FeatureStore
  /** Resolves when everything durable before the call is in the features; waits for their rebuild first. */
  featuresCaughtUp(): Promise<void>
  /** History is in the features; before, lists go out without profiles. */
  featuresRebuilt(): boolean
  /** In which situation a request is made. */
  readonly situations: Situations
  /** In-memory catalogue, kept in step with its store. */
  readonly catalog: CatalogKeeper
  /** Live models: loads, hot-swaps, rolls back. */
  readonly models: ModelRegistry
  readonly content: ContentIndex
  indexState(): IndexState
  readonly training: TrainingRuns
  /** What is known of versions in shadow and canary. */
  readonly trials: TrialLog
  readonly recommender: Recommender
  /** Rules, placements and previews, as the admin works with them. */
  readonly steering: Steering
  /** What is learned of the order within lists, and the way back. */
  readonly ranker: RankerDesk
  readonly exposures: ExposureStore
  readonly placements: PlacementStore
  /** Assumed of a shopper who has said nothing. */
  readonly defaultConsent: Consent
  /** Recorded consent of a caller, from a short-lived cache. */
  consentRecord(subject: SubjectRef): Promise<Consent | undefined>
  forgetConsentRecord(subject: SubjectRef): void
  /** Removes a shopper from events, features, exposures and subjects. */
  erase(subject: SubjectRef): Promise<void>
  /**
   * Takes back that a visitor is a customer: each has a profile of their own again, built from what is recorded.
   * Returns how many events were found to be the visitor's alone.
   */
  unlink(visitorId: string, customerId: string): Promise<number>
  /** What the lists of each day were like. */
  readonly audits: AuditStore
  /** Looks over the lists of the last 24 hours, keeps the figures, and warns of bounds that are crossed. */
  audit(): Promise<DayAudit>
  /** Partitions ahead, retention behind. */
  maintain(): Promise<void>
  /** Events that could not be handled or were refused, and the way back for them. */
  readonly deadLetters: DeadLetters
  /** Which of the parts that this shop uses answer. */
  reachable(): Promise<{ database: boolean; redis?: boolean; kafka?: boolean }>
  /** Events on the shared stream that are not handled yet, by group; none where the stream is the database's own. */
  lag(): Promise<Record<string, number>>
  /**
   * Loads catalogue and models, resolves when recommendations can be served, and goes on to rebuild the features
   * in the background. May be tried again.
   */
  start(): Promise<void>
  /** Instead of `start`: handles the events of the shared stream, and makes no lists. May be tried again. */
  consume(): Promise<void>
  /** Drains queues and ends child processes and threads. */
  stop(): Promise<void>
}
