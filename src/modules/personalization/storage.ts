import {
  MemoryCatalogStore,
  MemoryEventLog,
  MemoryEventRates,
  MemoryExposureStore,
  MemoryItemVectorStore,
  MemoryModelStore,
  MemoryPlacementStore,
  MemorySubjectStore,
} from "../../adapters/memory"
import {
  createDataSource,
  PostgresCatalogStore,
  PostgresEventLog,
  PostgresEventRates,
  PostgresExposureStore,
  PostgresItemVectorStore,
  PostgresModelStore,
  PostgresPlacementStore,
  PostgresSubjectStore,
} from "../../adapters/postgres"
import type { EventLog, EventRates } from "../../services/events"
import type { CatalogStore } from "../../services/features"
import type { Clock, Logger, Metrics } from "../../services/lib"
import type { ModelStore } from "../../services/models"
import type { SubjectStore } from "../../services/privacy"
import type { ItemVectorStore } from "../../services/retrieval"
import type { ExposureStore, PlacementStore } from "../../services/serving"
import type { DatabaseTarget } from "./platform"

/** Every durable port, filled by one technology. */
export interface Storage {
  log: EventLog
  rates: EventRates
  catalog: CatalogStore
  subjects: SubjectStore
  vectors: ItemVectorStore
  exposures: ExposureStore
  placements: PlacementStore
  models: ModelStore
  /** Connects; may be called again after a failure. */
  open(): Promise<void>
  close(): Promise<void>
  reachable(): Promise<boolean>
  maintain(retentionDays: number): Promise<void>
}

export interface StorageParts {
  clock: Clock
  logger: Logger
  metrics: Metrics
}

/** Storage of one process, gone with it: for tests and for trying things out. */
export function memoryStorage({ clock }: StorageParts): Storage {
  const log = new MemoryEventLog()
  return {
    log,
    rates: new MemoryEventRates(log, clock),
    catalog: new MemoryCatalogStore(),
    subjects: new MemorySubjectStore(),
    vectors: new MemoryItemVectorStore(),
    exposures: new MemoryExposureStore(),
    placements: new MemoryPlacementStore(),
    models: new MemoryModelStore(),
    open: async () => {},
    close: () => log.close(),
    reachable: async () => true,
    maintain: async () => {},
  }
}

const DAY_MS = 86_400_000

/** Storage in PostgreSQL, in a schema of its own. */
export function postgresStorage(target: DatabaseTarget, { clock, logger }: StorageParts): Storage {
  const dataSource = createDataSource(target)
  const log = new PostgresEventLog(dataSource, { logger })
  return {
    log,
    rates: new PostgresEventRates(dataSource),
    catalog: new PostgresCatalogStore(dataSource),
    subjects: new PostgresSubjectStore(dataSource),
    vectors: new PostgresItemVectorStore(dataSource),
    exposures: new PostgresExposureStore(dataSource),
    placements: new PostgresPlacementStore(dataSource),
    models: new PostgresModelStore(dataSource),
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
    maintain: async (retentionDays) => {
      await log.ensurePartitions(clock.now())
      await log.purgeBefore(new Date(clock.now() - retentionDays * DAY_MS).toISOString().slice(0, 10))
    },
  }
}
