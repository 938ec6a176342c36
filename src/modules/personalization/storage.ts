import {
  MemoryAuditStore,
  MemoryCatalogStore,
  MemoryEventLog,
  MemoryEventRates,
  MemoryExposureStore,
  MemoryItemVectorStore,
  MemoryModelStore,
  MemoryPlacementStore,
  MemoryRankerStore,
  MemoryRuleStore,
  MemorySubjectStore,
  MemoryTrainingLock,
  MemoryTrialLog,
} from "../../adapters/memory"
import {
  createDataSource,
  PostgresAuditStore,
  PostgresCatalogStore,
  PostgresDeadLetterStore,
  PostgresEventLog,
  PostgresEventRates,
  PostgresExposureStore,
  PostgresItemVectorStore,
  PostgresModelStore,
  PostgresPlacementStore,
  PostgresRankerStore,
  PostgresRuleStore,
  PostgresSubjectStore,
  PostgresTrainingLock,
  PostgresTrialLog,
} from "../../adapters/postgres"
import type { DeadLetterStore, EventLog, EventRates } from "../../services/events"
import type { CatalogStore } from "../../services/features"
import type { Clock, Logger, Metrics } from "../../services/lib"
import type { ModelStore, TrainingLock, TrialLog } from "../../services/models"
import type { AuditStore } from "../../services/measurement"
import type { SubjectStore } from "../../services/privacy"
import type { ItemVectorStore } from "../../services/retrieval"
import type { RankerStore, RuleStore } from "../../services/ranking"
import type { ExposureStore, PlacementStore } from "../../services/serving"
import type { DatabaseTarget } from "./platform"

/** Every durable port, filled by one technology. */
export interface Storage {
  log: EventLog
  rates: EventRates
  deadLetters: DeadLetterStore
  catalog: CatalogStore
  subjects: SubjectStore
  vectors: ItemVectorStore
  exposures: ExposureStore
  placements: PlacementStore
  rules: RuleStore
  audits: AuditStore
  models: ModelStore
  ranker: RankerStore
  trainingLock: TrainingLock
  trials: TrialLog
  /** Connects; may be called again after a failure. */
  open(): Promise<void>
  close(): Promise<void>
  reachable(): Promise<boolean>
  /** Drops the orders to forget (`forgetEvent`) that were given before `ms`: they name whom nobody is to know any more. */
  dropForgets(ms: number): Promise<void>
  /** Forgets what is older than the options say, and model versions nobody will go back to. */
  maintain(options: RetentionOptions): Promise<void>
}

/** The part of the options that says how long things are kept. */
export interface RetentionOptions {
  events: { retentionDays: number }
  serving: { exposureRetentionDays: number }
}

/** Model versions kept, besides the live one and the one before. */
const MODEL_VERSIONS = 20
/** What versions in shadow would have shown. */
const SHADOW_ANSWERS = 10_000

export interface StorageParts {
  clock: Clock
  logger: Logger
  metrics: Metrics
}

/** Storage of one process, gone with it: for tests and for trying things out. */
export function memoryStorage({ clock }: StorageParts): Storage {
  const log = new MemoryEventLog()
  const models = new MemoryModelStore()
  const exposures = new MemoryExposureStore()
  return {
    log,
    rates: new MemoryEventRates(log, clock),
    deadLetters: log.deadLetters,
    catalog: new MemoryCatalogStore(),
    subjects: new MemorySubjectStore(),
    vectors: new MemoryItemVectorStore(),
    exposures,
    placements: new MemoryPlacementStore(),
    rules: new MemoryRuleStore(),
    audits: new MemoryAuditStore(),
    models,
    ranker: new MemoryRankerStore(clock),
    trainingLock: new MemoryTrainingLock(),
    trials: new MemoryTrialLog(exposures, log),
    open: async () => {},
    close: () => log.close(),
    reachable: async () => true,
    // Nobody else reads this log, so no order was given.
    dropForgets: async () => {},
    // Exposures are bounded by their store, and events are gone with the process.
    maintain: async () => void (await models.prune(MODEL_VERSIONS)),
  }
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** Storage in PostgreSQL, in a schema of its own. */
export function postgresStorage(target: DatabaseTarget, { clock, logger }: StorageParts): Storage {
  const dataSource = createDataSource(target)
  const log = new PostgresEventLog(dataSource, { logger })
  const exposures = new PostgresExposureStore(dataSource)
  const models = new PostgresModelStore(dataSource)
  const trials = new PostgresTrialLog(dataSource)
  return {
    log,
    rates: new PostgresEventRates(dataSource),
    deadLetters: new PostgresDeadLetterStore(dataSource),
    catalog: new PostgresCatalogStore(dataSource),
    subjects: new PostgresSubjectStore(dataSource),
    vectors: new PostgresItemVectorStore(dataSource),
    exposures,
    placements: new PostgresPlacementStore(dataSource),
    rules: new PostgresRuleStore(dataSource),
    audits: new PostgresAuditStore(dataSource),
    models,
    ranker: new PostgresRankerStore(dataSource),
    trainingLock: new PostgresTrainingLock(dataSource),
    trials,
    open: async () => {
      if (!dataSource.isInitialized) await dataSource.initialize()
    },
    close: async () => {
      await log.close()
      if (dataSource.isInitialized) await dataSource.destroy()
    },
    reachable: () =>
      dataSource.isInitialized
        ? dataSource.query("SELECT 1").then(
            () => true,
            () => false
          )
        : Promise.resolve(false),
    dropForgets: async (ms) => void (await log.purgeForgets(ms)),
    maintain: async ({ events, serving }) => {
      const now = clock.now()
      const eventsFrom = now - events.retentionDays * DAY_MS
      await log.ensurePartitions(now)
      await log.purgeBefore(new Date(eventsFrom).toISOString().slice(0, 10))
      await log.purgeDeadLetters(eventsFrom)
      await log.purgeForgets(now - HOUR_MS)
      await exposures.purgeBefore(now - serving.exposureRetentionDays * DAY_MS)
      await models.prune(MODEL_VERSIONS)
      await trials.prune(SHADOW_ANSWERS)
    },
  }
}
