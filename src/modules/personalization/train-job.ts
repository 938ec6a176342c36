import type { EventLog, HistoryRange, LoggedEvent } from "../../services/events"
import type { CatalogStore, Product } from "../../services/features"
import { noMetrics, PersonalizationError, type Clock, type Logger, type Parallel } from "../../services/lib"
import {
  buildTrainingData,
  firstStep,
  takeStep,
  train,
  type HeldLock,
  type ModelStore,
  type TrainingLock,
} from "../../services/models"
import { mayTrain, type SubjectStore } from "../../services/privacy"
import type { RankerStore, ShownLists } from "../../services/ranking"
import type { ItemVectorStore } from "../../services/retrieval"
import { productVectors, readsVectors } from "./compose-content"
import { trainerOpener } from "./compose-trainer"
import type { PersonalizationOptions } from "./options"
import { trainRanker } from "./train-ranker"
import type { TrainingOutcome } from "./training-runs"

const DAY_MS = 86_400_000
/** Shares of a run: reading events, then everything else. */
const READING = 0.1

export interface TrainJobParts {
  log: EventLog
  catalog: CatalogStore
  models: ModelStore
  subjects: SubjectStore
  lock: TrainingLock
  exposures: ShownLists
  ranker: RankerStore
  /** Where what embedders say of products is kept. */
  vectors: ItemVectorStore
  options: PersonalizationOptions
  clock: Clock
  logger: Logger
  /** Threads that help with large matrices. */
  parallel?: Parallel
}

export interface TrainJobControl {
  cancelled(): boolean
  report(stage: string, progress: number): void
}

/**
 * One whole training run, wherever it runs (worker thread or in process): reads events and catalogue, trains,
 * saves, promotes. The live version is untouched until the last step.
 * @throws PersonalizationError `conflict` while another process trains, `nothing_to_train`, `training_failed`, `cancelled`
 */
export async function runTraining(parts: TrainJobParts, control: TrainJobControl): Promise<TrainingOutcome> {
  const lock = await parts.lock.acquire()
  if (!lock)
    throw new PersonalizationError("conflict", "Another process of this shop is training: wait for its end.")
  try {
    const outcome = await trainLocked(parts, control, lock)
    control.report("learning from shown lists", 0.99)
    // The models are saved: what goes wrong here must not undo the run.
    const log = { replay: (range: HistoryRange) => stillAllowed(parts.log.replay(range), parts.subjects) }
    const ranker = await trainRanker({ ...parts, log }, cancelledBy(control)).catch((error: Error) => {
      parts.logger.error("The ranker could not be learned from shown lists", error)
      return `the ranker stays: ${error.message}`
    })
    return { ...outcome, ranker }
  } finally {
    await lock.release()
  }
}

async function trainLocked(
  parts: TrainJobParts,
  control: TrainJobControl,
  lock: HeldLock
): Promise<TrainingOutcome> {
  const { log, models, options, clock, logger } = parts
  const { training } = options
  const checkCancelled = cancelledBy(control)
  control.report("reading catalogue", 0)
  const products: Product[] = []
  for await (const page of parts.catalog.load()) products.push(...page)
  control.report("reading events", 0.01)
  const now = clock.now()
  const since = now - training.windowDays * DAY_MS
  const data = await buildTrainingData(stillAllowed(log.replay({ since }), parts.subjects), products, {
    // An event may have waited on a phone; none comes from the future.
    from: since - DAY_MS,
    to: now + DAY_MS,
    maxInteractions: training.maxInteractions,
    maxPerShopper: training.maxPerShopper,
  })
  for (const note of data.notes) logger.info(`training data: ${note}`)
  checkCancelled()
  if (readsVectors(options)) {
    control.report("embedding products", 0.09)
    const given = productVectors(options, { store: parts.vectors, metrics: noMetrics, logger })
    data.given = await given.of(products, true)
    checkCancelled()
  }
  const live = await models.live()
  const { artifacts, version, promotion } = await train(
    data,
    {
      names: training.models,
      models: {
        ...training.modelOptions,
        "text-lsa": { dimensions: options.retrieval.dimensions, ...training.modelOptions["text-lsa"] },
        content: { dimensions: options.retrieval.dimensions, ...training.modelOptions.content },
      },
      minEvents: training.minEvents,
      validationShare: training.validationShare,
      folds: training.folds,
      modelMinutes: training.modelMinutes,
      maxAgeDays: training.maxAgeDays,
      search: { trials: training.searchTrials, minutes: training.searchMinutes },
      notes: data.notes,
      fitCandidates: training.fitCandidates,
      live: live && { version: live, artifacts: await models.artifacts(live.version) },
      clock,
    },
    {
      seed: training.seed,
      logger,
      memory: threadMemory,
      parallel: parts.parallel,
      checkCancelled,
      trainer: trainerOpener(logger),
      stage: (name) => control.report(name, 0),
      progress: (share) => control.report("", READING + share * (0.98 - READING)),
    }
  )
  checkCancelled()
  control.report("saving", 0.98)
  if (!(await lock.renew())) {
    throw new PersonalizationError(
      "conflict",
      "The connection was lost, and another process trains meanwhile."
    )
  }
  await models.save(version, artifacts)
  if (!promotion.promote) return { version, promoted: false, reason: promotion.reason }
  const step = firstStep(live !== undefined, training, promotion.reason)
  await takeStep(models, version.version, step)
  const promoted = step.status === "live"
  return { version, promoted, reason: promoted ? step.reason : `in ${step.status}: ${step.reason}` }
}

const cancelledBy = (control: TrainJobControl) => () => {
  if (control.cancelled()) throw new PersonalizationError("cancelled", "The training run was cancelled.")
}

/** Bytes on this thread's heap and in its buffers. */
function threadMemory(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/**
 * Leaves out the events of shoppers whose recorded consent no longer lets models learn from them. An event carries
 * the consent of its own moment; who has withdrawn since is known to `subjects` only. One read per batch.
 */
async function* stillAllowed(
  batches: AsyncIterable<readonly LoggedEvent[]>,
  subjects: SubjectStore
): AsyncIterable<readonly LoggedEvent[]> {
  for await (const batch of batches) {
    const who = batch.map(({ event }) => ({ visitorId: event.visitor_id, customerId: event.customer_id }))
    const recorded = await subjects.consentsOf(who)
    yield batch.filter((_, i) => {
      const consent = recorded[i]
      return consent === undefined || mayTrain(consent)
    })
  }
}
