import { MemoryFeatureStore } from "../../adapters/memory"
import {
  ARCHIVE_GROUP,
  ArchivedEventLog,
  DeadLetters,
  Ingest,
  INGEST_GROUP,
  type DeadLetter,
  type EventLog,
  type ShopEvent,
} from "../../services/events"
import {
  CatalogKeeper,
  FeaturePipeline,
  FEATURES_GROUP,
  FeatureUpdater,
  HistoryFiller,
  SharedFeatures,
  type FeatureFollower,
  type FeatureStore,
} from "../../services/features"
import type { Consent, SubjectRef } from "../../services/privacy"
import type { PersonalizationOptions } from "./options"
import { sharedParts, type Shared } from "./shared"
import type { Storage, StorageParts } from "./storage"

export interface EventsContext extends StorageParts {
  storage: Storage
  defaultConsent: Consent
  /** Whether this process helps to handle the events of a shared stream. */
  consume: boolean
  withdrawn(who: SubjectRef): Promise<void>
}

/** Events and what is made of them at once, wired. */
export interface EventsSide {
  log: EventLog
  ingest: Ingest
  catalog: CatalogKeeper
  features: FeatureStore
  updater: FeatureUpdater
  follower: FeatureFollower
  /** Both are there where processes share the work. */
  shared?: Shared
  archived?: ArchivedEventLog
}

/** Wires the way of an event: in, kept, and into the features; alone in this process, or shared with others. */
export function composeEvents(options: PersonalizationOptions, context: EventsContext): EventsSide {
  const { storage, logger, metrics, consume, withdrawn, defaultConsent, clock } = context
  const { subjects, deadLetters } = storage
  const { redisUrl } = options
  const shared = redisUrl
    ? sharedParts({ ...options, redisUrl }, { deadLetters, logger, metrics })
    : undefined
  const features = shared?.features ?? new MemoryFeatureStore()
  const catalog = new CatalogKeeper({ store: storage.catalog, logger, metrics })
  const updater = new FeatureUpdater({ store: features, catalog, metrics, logger })
  const forgotten = (sessionIds: readonly string[]) => updater.drop({}, sessionIds)
  const archived =
    shared &&
    new ArchivedEventLog({ stream: shared.stream, archive: storage.log, consume, forgotten, logger })
  const log = archived ?? storage.log
  const history = { history: storage.log, store: features, subjects, clock, logger }
  const follower = shared
    ? new SharedFeatures({
        stream: shared.stream,
        updater,
        consume,
        filler: new HistoryFiller({ ...history, updater, claims: shared.claims }),
        clock,
        metrics,
        logger,
      })
    : new FeaturePipeline({ log, updater, subjects, logger })
  const limiter = shared?.limiter
  const ingest = new Ingest(
    { log, subjects, deadLetters, limiter, withdrawn, clock, metrics, logger },
    { ...options.events, defaultConsent }
  )
  return { log, ingest, catalog, features, updater, follower, shared, archived }
}

/** The dead letters, each group's with its own way back. */
export function deadLettersOf({
  storage,
  updater,
  archived,
  ingest,
}: Pick<EventsSide, "updater" | "archived" | "ingest"> & { storage: Storage }): DeadLetters {
  const eventOf = ({ event }: DeadLetter) => event as ShopEvent
  return new DeadLetters(storage.deadLetters, {
    [FEATURES_GROUP]: (letter) => updater.apply([{ event: eventOf(letter) }]),
    ...(archived && {
      [ARCHIVE_GROUP]: (letter: DeadLetter) => archived.copy([{ offset: "0", event: eventOf(letter) }]),
    }),
    [INGEST_GROUP]: async ({ event, origin }) => {
      const sender = { origin: origin.startsWith("server:") ? ("server" as const) : ("browser" as const) }
      const { rejected } = await ingest.submit({ events: [event] }, sender)
      if (rejected.length > 0) throw new Error(rejected[0].message)
    },
  })
}
