import type { Metrics } from "../../services/lib"
import type { EventLog, Ingest } from "../../services/events"
import type { CatalogKeeper, FeatureStore } from "../../services/features"
import type { ModelRegistry } from "../../services/models"
import type { ExposureStore, PlacementStore, Recommender } from "../../services/serving"
import type { PersonalizationOptions } from "./options"
import type { TrainingRuns } from "./training-runs"

/** Everything the composition root has wired: what the module, the CLI and the tests work with. */
export interface Engine {
  readonly options: PersonalizationOptions
  readonly metrics: Metrics
  /** Prometheus text of all metrics. */
  metricsText(): Promise<string>
  readonly log: EventLog
  readonly ingest: Ingest
  readonly features: FeatureStore
  /** In-memory catalogue, kept in step with its store. */
  readonly catalog: CatalogKeeper
  /** Live models: loads, hot-swaps, rolls back. */
  readonly models: ModelRegistry
  readonly training: TrainingRuns
  readonly recommender: Recommender
  readonly exposures: ExposureStore
  readonly placements: PlacementStore
  /** Loads catalogue, models and features; resolves when recommendations can be served. */
  start(): Promise<void>
  /** Drains queues and ends child processes and threads. */
  stop(): Promise<void>
}
