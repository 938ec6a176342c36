import { LRUCache } from "lru-cache"
import { createVectorIndex } from "../../adapters/faiss"
import { MemoryFeatureStore } from "../../adapters/memory"
import { PrometheusMetrics } from "../../adapters/prometheus"
import { Ingest } from "../../services/events"
import { CatalogKeeper, FeaturePipeline, type FeatureKey } from "../../services/features"
import { systemClock, type Clock, type Logger } from "../../services/lib"
import { ModelRegistry } from "../../services/models"
import { NO_CONSENT, PURPOSES, type Consent, type SubjectRef } from "../../services/privacy"
import { ContentIndex, Shelves } from "../../services/retrieval"
import { ExposureWriter, PlacementBook, Recommender } from "../../services/serving"
import type { Engine } from "./engine"
import type { PersonalizationOptions } from "./options"
import type { DatabaseTarget } from "./platform"
import { memoryStorage, postgresStorage } from "./storage"
import { runTraining } from "./train-job"
import { workerRunner } from "./train-worker-runner"
import { TrainingRuns, type TrainingRunner } from "./training-runs"

const DAY_MS = 86_400_000

const isPersonal = (key: FeatureKey): boolean => /^(shopper|session):/.test(key)

export interface Platform {
  /** Without it everything is kept in memory and gone with the process. */
  database?: DatabaseTarget
  logger: Logger
  clock?: Clock
}

/** The composition root: the only place that sees both the engine and the adapters. Nothing runs before `start`. */
export function compose(options: PersonalizationOptions, platform: Platform): Engine {
  const { logger, database, clock = systemClock } = platform
  const metrics = new PrometheusMetrics()
  const parts = { clock, logger, metrics }
  const storage = database ? postgresStorage(database, parts) : memoryStorage(parts)
  const { log, subjects } = storage
  const granted = options.privacy.defaultConsent === "granted"
  const defaultConsent = granted
    ? (Object.fromEntries(PURPOSES.map((p) => [p, true])) as unknown as Consent)
    : NO_CONSENT

  const features = new MemoryFeatureStore()
  const catalog = new CatalogKeeper({ store: storage.catalog, logger, metrics })
  const pipeline = new FeaturePipeline({ log, store: features, catalog, subjects, metrics, logger })
  const withdrawn = async (who: SubjectRef) => {
    // What they sent before is to be in the log, for nothing else can take their name off it.
    await ingest.drained()
    const upTo = await log.head()
    // A later grant must not bring back what was before it, so the log forgets who that was.
    const sessionIds = who.visitorId ? await log.unname(who.visitorId) : []
    await pipeline.forget({ ...who, sessionIds, upTo })
  }
  const ingest = new Ingest({ log, subjects, withdrawn, ...parts }, { ...options.events, defaultConsent })
  const models = new ModelRegistry(storage.models, {
    logger,
    metrics,
    reloadSeconds: options.training.reloadSeconds,
  })
  const content = new ContentIndex({
    catalog,
    models,
    store: storage.vectors,
    createIndex: (dimensions) =>
      createVectorIndex(options.retrieval.index, {
        dimensions,
        timeoutMs: options.retrieval.faissTimeoutMs,
        maxMemoryMb: options.retrieval.faissMaxMemoryMb,
        metrics,
        logger,
      }),
    metrics,
    logger,
  })
  const shelves = new Shelves({ catalog, models, logger })
  const placements = new PlacementBook({ store: storage.placements, metrics, logger })
  const exposures = new ExposureWriter({ store: storage.exposures, metrics, logger })
  const recommender = new Recommender({
    catalog,
    features: {
      // Half a profile misleads: before history is in, only what is about nobody is read.
      getMany: (keys) => features.getMany(pipeline.rebuilt ? keys : keys.filter((key) => !isPersonal(key))),
    },
    models,
    content,
    shelves,
    placements,
    exposures,
    clock,
    metrics,
    logger,
    options: options.serving,
  })
  const refresh = () => content.sync().then(() => shelves.refresh())
  const job = { log, catalog: storage.catalog, models: storage.models, subjects, options, clock, logger }
  const inProcess: TrainingRunner = (signal, report) =>
    runTraining(job, { cancelled: () => signal.aborted, report })
  const runner = database ? workerRunner(options, database, logger) : inProcess
  const trainAndLoad: TrainingRunner = async (signal, report) => {
    const outcome = await runner(signal, report)
    // Other processes find the new version at their next look; this one need not wait.
    if (outcome.promoted) await models.reload().then(() => refresh())
    return outcome
  }
  const training = new TrainingRuns(trainAndLoad, parts)
  models.onChange(() => void refresh())

  const consents = new LRUCache<string, { consent: Consent | undefined }>({ max: 50_000, ttl: 5_000 })
  const consentKey = ({ visitorId, customerId }: SubjectRef) => `${visitorId ?? ""} ${customerId ?? ""}`

  return {
    options,
    metrics,
    metricsText: () => metrics.text(),
    log,
    ingest,
    rates: storage.rates,
    features,
    featuresCaughtUp: () => pipeline.caughtUp(),
    featuresRebuilt: () => pipeline.rebuilt,
    catalog,
    models,
    content,
    indexState: () => content.state(),
    training,
    recommender,
    exposures: storage.exposures,
    placements: storage.placements,
    defaultConsent,

    async consentRecord(subject) {
      const key = consentKey(subject)
      const known = consents.get(key)
      if (known) return known.consent
      const consent = await subjects.consentOf(subject)
      consents.set(key, { consent })
      return consent
    },
    forgetConsentRecord: (subject) => void consents.delete(consentKey(subject)),

    async erase({ visitorId, customerId }) {
      const known = customerId ? await subjects.visitorsOf(customerId) : []
      const visitorIds = visitorId ? [...known, visitorId] : known
      await ingest.drained()
      const upTo = await log.head()
      // Events first: what is gone from the log can't build the features again.
      const { sessionIds } = await log.erase({ visitorIds, customerId })
      for (const id of visitorIds) await pipeline.forget({ visitorId: id, upTo })
      await pipeline.forget({ customerId, sessionIds, upTo })
      await exposures.discard({ visitorIds, customerId })
      await storage.exposures.erase({ visitorIds, customerId })
      await subjects.erase({ visitorIds, customerId })
    },

    maintain: () => storage.maintain(options),
    reachable: () => storage.reachable(),

    async start() {
      await storage.open()
      await storage.maintain(options)
      await Promise.all([catalog.start(), models.start(), placements.start()])
      await Promise.all([content.start(), shelves.start()])
      exposures.start()
      // History may be long, and the shop opens when this is over: lists go out without profiles until it is in.
      pipeline.begin(clock.now() - options.events.retentionDays * DAY_MS)
    },

    async stop() {
      await training.stop()
      await ingest.close()
      await pipeline.stop()
      await Promise.all([catalog.stop(), models.stop(), content.stop(), shelves.stop(), exposures.stop()])
      placements.stop()
      await storage.close()
    },
  }
}
