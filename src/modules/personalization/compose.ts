import { randomInt, randomUUID } from "node:crypto"
import { PrometheusMetrics } from "../../adapters/prometheus"
import { ARCHIVE_GROUP } from "../../services/events"
import { FEATURES_GROUP, ItemTallies, type FeatureKey } from "../../services/features"
import { nextTurn, Random, systemClock, type Clock, type Logger } from "../../services/lib"
import { advanceTrial } from "../../services/models"
import { NO_CONSENT, PURPOSES, type Consent } from "../../services/privacy"
import { auditDay } from "../../services/measurement"
import { within } from "../../services/retrieval"
import {
  LEARN_DEFAULTS,
  LearnedRanker,
  rankerDesk,
  RankerWeights,
  RankLearner,
  RuleBook,
  explores,
} from "../../services/ranking"
import {
  AnonymousLists,
  expectShoppers,
  ExposureWriter,
  PlacementBook,
  Recommender,
  warmUp,
} from "../../services/serving"
import { composeContext, type ContextProviders } from "./compose-context"
import { composeEvents, deadLettersOf } from "./compose-events"
import { composeKnowledge } from "./compose-knowledge"
import { composeTraining } from "./compose-training"
import { ConsentRecords } from "./consent-records"
import type { Engine } from "./engine"
import { Forgetting } from "./forgetting"
import type { PersonalizationOptions } from "./options"
import type { DatabaseTarget } from "./platform"
import { unlink } from "./unlink"
import { Steering } from "./steering"
import { memoryStorage, postgresStorage } from "./storage"

const DAY_MS = 86_400_000
/** Each process explores by a sequence of its own. */
const SEEDS = 2 ** 31
/** How often a process looks for newly learned weights. */
const WEIGHTS_MS = 3_000
/** A part that does not answer in this time is away, whatever it says later. */
const PROBE_MS = 2_000

const isPersonal = (key: FeatureKey): boolean => /^(shopper|session):/.test(key)

export interface Platform {
  /** Without it everything is kept in memory and gone with the process. */
  database?: DatabaseTarget
  logger: Logger
  clock?: Clock
  /** Whether this process helps to handle the events of a shared stream. Default: option `events.consume`. */
  consume?: boolean
  /** Default: those that the options name. */
  context?: ContextProviders
}

/** The composition root: the only place that sees both the engine and the adapters. Nothing runs before `start`. */
export function compose(options: PersonalizationOptions, platform: Platform): Engine {
  const { logger, database, clock = systemClock } = platform
  const metrics = new PrometheusMetrics()
  const parts = { clock, logger, metrics }
  const storage = database ? postgresStorage(database, parts) : memoryStorage(parts)
  const { subjects } = storage
  const granted = options.privacy.defaultConsent === "granted"
  const defaultConsent = granted
    ? (Object.fromEntries(PURPOSES.map((p) => [p, true])) as unknown as Consent)
    : NO_CONSENT

  const { log, ingest, features, follower, catalog, updater, archived, shared } = composeEvents(options, {
    ...parts,
    storage,
    defaultConsent,
    consume: platform.consume ?? options.events.consume,
    withdrawn: (who) => forgetting.profile(who),
  })
  const { shadow, models, content, sequences, shelves, pools } = composeKnowledge(options, {
    ...parts,
    storage,
    catalog,
  })
  const placements = new PlacementBook({ store: storage.placements, metrics, logger })
  const rules = new RuleBook({ store: storage.rules, metrics, logger })
  const tallies = new ItemTallies({
    catalog,
    features,
    needed: () => placements.names().some((name) => explores(placements.get(name)?.rerank)),
    ...parts,
  })
  const exposures = new ExposureWriter({ store: storage.exposures, metrics, logger })
  const forgetting: Forgetting = new Forgetting({
    log,
    ingest,
    follower,
    exposures,
    exposureStore: storage.exposures,
    subjects,
    clock,
    others: database !== undefined,
    dropForgets: (ms) => storage.dropForgets(ms),
  })
  const weights = new RankerWeights({ store: storage.ranker, refreshMs: WEIGHTS_MS, metrics, logger })
  const learner = new RankLearner({
    history: log,
    lists: storage.exposures,
    store: storage.ranker,
    ...parts,
    owner: randomUUID(),
    pause: nextTurn,
    options: {
      ...LEARN_DEFAULTS,
      learningRate: options.ranking.learningRate,
      windowMs: options.ranking.outcomeMinutes * 60_000,
      everyMs: options.ranking.learnSeconds * 1_000,
    },
  })
  const learns = options.ranking.learn && (platform.consume ?? options.events.consume)
  const recommender = new Recommender({
    catalog,
    features: {
      // Half a profile misleads: before history is in, only what is about nobody is read.
      getMany: (keys) => features.getMany(follower.rebuilt ? keys : keys.filter((key) => !isPersonal(key))),
    },
    models,
    content,
    shelves,
    pools,
    sequences,
    placements,
    rules,
    exposures,
    ...(options.serving.anonymousSeconds > 0 && {
      anonymous: new AnonymousLists({
        basis: (name) => [catalog.version, rules.rules, placements.get(name), models.version],
        keepMs: options.serving.anonymousSeconds * 1_000,
        clock,
        metrics,
      }),
    }),
    clock,
    metrics,
    logger,
    options: options.serving,
    tallies,
    random: new Random(randomInt(SEEDS)),
    ranker: new LearnedRanker(() => weights.current()),
  })
  const steering = new Steering({
    ruleStore: storage.rules,
    rules,
    placementStore: storage.placements,
    placements,
    catalog,
    recommender,
    exposures: storage.exposures,
    features,
    history: log,
    outcomeMs: options.ranking.outcomeMinutes * 60_000,
    clock,
  })
  const refresh = async () => {
    await Promise.all([content.sync(), sequences.sync()])
    await shelves.refresh()
  }
  const expect = () =>
    expectShoppers({ exposures: storage.exposures, features, pools, models: models.aside(), clock }).catch(
      (error: Error) => logger.error("No candidates were made ready for the shoppers who are expected", error)
    )
  const training = composeTraining(options, database, { ...parts, log, storage, models, promoted: refresh })
  models.onChange(() => void refresh().then(expect))

  const since = () => clock.now() - options.events.retentionDays * DAY_MS
  const consents = new ConsentRecords(subjects)

  return {
    options,
    metrics,
    metricsText: () => metrics.text(),
    log,
    ingest,
    rates: storage.rates,
    features,
    featuresCaughtUp: () => follower.caughtUp(),
    featuresRebuilt: () => follower.rebuilt,
    situations: composeContext(options, parts, platform.context),
    catalog,
    models,
    content,
    indexState: () => content.state(),
    training,
    trials: storage.trials,
    recommender,
    steering,
    ranker: rankerDesk(storage.ranker, clock),
    exposures: storage.exposures,
    placements: storage.placements,
    defaultConsent,

    consentRecord: (subject) => consents.of(subject),
    forgetConsentRecord: (subject) => consents.forget(subject),

    erase: (subject) => forgetting.everything(subject),
    unlink: (visitorId, customerId) =>
      unlink({ log, ingest, subjects, updater, archived }, visitorId, customerId),

    audits: storage.audits,
    audit: () =>
      auditDay({
        exposures: storage.exposures,
        catalog,
        features,
        vectorOf: content.view()?.vectorOf,
        store: storage.audits,
        bounds: options.audits.bounds,
        ...parts,
      }),

    async maintain() {
      await storage.maintain(options)
      const step = await advanceTrial(storage.models, storage.trials, options.training, clock)
      if (!step) return
      logger.info(`model version ${step.version}: ${step.status}: ${step.reason}`)
      await models.reload()
    },
    deadLetters: deadLettersOf({ storage, updater, archived, ingest }),
    async reachable() {
      const answers = async (there: Promise<boolean>) =>
        (await within(there, PROBE_MS).catch(() => false)) === true
      const [database, others] = await Promise.all([answers(storage.reachable()), shared?.reachable(answers)])
      return { database, ...others }
    },
    lag: async () => {
      if (!shared) return {}
      const groups = [FEATURES_GROUP, ARCHIVE_GROUP]
      const lags = await Promise.all(groups.map((group) => shared.lag(group)))
      return Object.fromEntries(groups.map((group, i) => [group, lags[i]]))
    },

    async consume() {
      await storage.open()
      await storage.maintain(options)
      await catalog.start()
      archived?.begin()
      if (shared) follower.begin(since())
      if (learns) learner.start()
    },

    async start() {
      await storage.open()
      await storage.maintain(options)
      await Promise.all([catalog.start(), models.start(), placements.start(), rules.start()])
      if (options.ranking.learn) await weights.start()
      await Promise.all([content.start(), sequences.sync(), shelves.start()])
      await warmUp({ recommender, placements, catalog, now: () => clock.now() })
      exposures.start()
      tallies.start()
      shadow.start()
      archived?.begin()
      // History may be long, and the shop opens when this is over: lists go out without profiles until it is in.
      follower.begin(since())
      if (learns) learner.start()
      // Before history is in, nobody has a past.
      void follower.caughtUp().then(expect, () => undefined)
    },

    async stop() {
      await training.stop()
      await learner.stop()
      weights.stop()
      await ingest.close()
      await follower.stop()
      await Promise.all([catalog.stop(), models.stop(), content.stop(), shelves.stop(), pools.close()])
      await sequences.close()
      await exposures.stop()
      placements.stop()
      await tallies.stop()
      rules.stop()
      await shadow.stop()
      await archived?.close()
      await shared?.close()
      await storage.close()
    },
  }
}
