import type { EventLog } from "../../services/events"
import type { ModelRegistry } from "../../services/models"
import type { PersonalizationOptions } from "./options"
import type { DatabaseTarget } from "./platform"
import type { Storage, StorageParts } from "./storage"
import { runTraining } from "./train-job"
import { workerRunner } from "./train-worker-runner"
import { TrainingRuns, type TrainingRunner } from "./training-runs"

export interface TrainingParts extends StorageParts {
  log: EventLog
  storage: Storage
  models: ModelRegistry
  /** A run has put a version live. */
  promoted(): Promise<void>
}

/** Runs of training: in a process of their own where there is a database to read from, in this one otherwise. */
export function composeTraining(
  options: PersonalizationOptions,
  database: DatabaseTarget | undefined,
  { log, storage, models, promoted, ...parts }: TrainingParts
): TrainingRuns {
  const { clock, logger } = parts
  const job = {
    log,
    catalog: storage.catalog,
    models: storage.models,
    subjects: storage.subjects,
    options,
    clock,
    logger,
    lock: storage.trainingLock,
    exposures: storage.exposures,
    ranker: storage.ranker,
    vectors: storage.vectors,
  }
  const inProcess: TrainingRunner = (signal, report) =>
    runTraining(job, { cancelled: () => signal.aborted, report })
  const runner = database ? workerRunner(options, database, logger) : inProcess
  return new TrainingRuns(async (signal, report) => {
    const outcome = await runner(signal, report)
    // Other processes find the new version at their next look; this one need not wait.
    await models.reload()
    if (outcome.promoted) await promoted()
    return outcome
  }, parts)
}
