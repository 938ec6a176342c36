import { silentLogger, systemClock, type Clock, type Logger } from "../lib"
import type { SubjectStore } from "../privacy"
import { SMALL_BATCH, withoutNames, type EventClaims, type EventHistory, type LoggedEvent } from "../events"
import type { FeatureKey } from "./feature"
import type { FeatureStore } from "./feature-store.port"
import { type Applicable, type FeatureUpdater } from "./feature-updater"
import { pairOf, withdrawnPairs } from "./withdrawn"

export interface HistoryFillerParts {
  history: Pick<EventHistory, "replay">
  store: FeatureStore
  updater: FeatureUpdater
  claims: EventClaims
  /** Who has withdrawn consent since: their old events build no profile. */
  subjects: SubjectStore
  clock?: Clock
  logger?: Logger
}

/** Says that history is in; a store that has lost everything has lost this as well. */
const MARK: FeatureKey = "global:history"
/** No stream has a partition of this number. */
const HISTORY = -1
/** What is older has long left every stream. */
const MAY_BE_ON_THE_STREAM_MS = 3 * 86_400_000
const SLICE = 250

/**
 * Fills an empty shared store with what is recorded, beside the stream: a shop that goes from one process to many, or
 * whose Redis was emptied, keeps its profiles. Several processes may do it at once, and any may die of it: records know
 * how far they have come in history as in any partition. An event that is on the stream as well counts where it is
 * claimed first.
 */
export class HistoryFiller {
  private readonly logger: Logger
  private stopping = false

  constructor(private readonly parts: HistoryFillerParts) {
    this.logger = parts.logger ?? silentLogger
  }

  /** @param since events before this time (ms) are left out @throws PersonalizationError `unavailable` */
  async fill(since?: number): Promise<void> {
    const { store, history } = this.parts
    if ((await store.getMany([MARK])).has(MARK)) return
    let events = 0
    for await (const batch of history.replay({ since, batch: SMALL_BATCH })) {
      for (let from = 0; from < batch.length; from += SLICE) {
        if (this.stopping) return
        events += await this.apply(batch.slice(from, from + SLICE))
      }
    }
    await store.apply([{ key: MARK, feature: "events", next: () => events }])
    if (events > 0) this.logger.info(`features: ${events} events of history are in`)
  }

  stop(): void {
    this.stopping = true
  }

  private async apply(batch: readonly LoggedEvent[]): Promise<number> {
    const { updater, subjects } = this.parts
    const mine = await this.unclaimed(batch)
    const withdrawn = await withdrawnPairs(subjects, mine)
    await updater.apply(
      mine.map(({ event, offset }): Applicable => ({
        event: withdrawn.has(pairOf(event)) ? withoutNames(event) : event,
        at: { partition: HISTORY, offset },
      }))
    )
    return mine.length
  }

  /** Without what the stream has brought, or will bring. */
  private async unclaimed(batch: readonly LoggedEvent[]): Promise<readonly LoggedEvent[]> {
    const { claims, clock = systemClock } = this.parts
    const from = clock.now() - MAY_BE_ON_THE_STREAM_MS
    const recent = batch.filter(({ event }) => event.ts >= from)
    if (recent.length === 0) return batch
    const asked = recent.map(({ event, offset }) => ({ eventId: event.event_id, place: `history:${offset}` }))
    const owned = await claims.claim(asked)
    const others = new Set(recent.filter((_, i) => !owned[i]))
    return batch.filter((logged) => !others.has(logged))
  }
}
