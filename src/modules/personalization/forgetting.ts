import { forgetEvent, type EventLog, type Ingest } from "../../services/events"
import type { FeatureFollower } from "../../services/features"
import type { Clock } from "../../services/lib"
import type { SubjectRef, SubjectStore } from "../../services/privacy"
import type { ExposureStore, ExposureWriter } from "../../services/serving"

export interface ForgettingParts {
  log: EventLog
  ingest: Pick<Ingest, "drained" | "forget">
  follower: FeatureFollower
  exposures: ExposureWriter
  exposureStore: ExposureStore
  subjects: SubjectStore
  clock: Clock
  /** Others handle the events of this log, too, and have to be told. */
  others: boolean
  /** Drops the orders that were given before `ms`. */
  dropForgets(ms: number): Promise<void>
}

/** By then every process that lives has read an order. */
const READ_MS = 60_000

/** How a shopper is forgotten: what is kept here at once, what others keep and what is still on its way by the log. */
export class Forgetting {
  constructor(private readonly parts: ForgettingParts) {}

  /** Ends a profile: consent was taken back. */
  async profile(who: SubjectRef): Promise<void> {
    const { log, ingest, follower } = this.parts
    // What they sent before is to be in the log, for nothing else can take their name off it.
    await ingest.drained()
    const upTo = await log.head()
    // A later grant must not bring back what was before it, so the log forgets who that was.
    const sessionIds = who.visitorId ? await log.unname(who.visitorId) : []
    await follower.forget({ ...who, sessionIds, upTo })
    await this.tell([who], "profile")
  }

  /** Erases a shopper, and the visitors known to be them, from every store. */
  async everything({ visitorId, customerId }: SubjectRef): Promise<void> {
    const { log, ingest, follower, exposures, exposureStore, subjects } = this.parts
    const known = customerId ? await subjects.visitorsOf(customerId) : []
    const visitorIds = visitorId ? [...known, visitorId] : known
    await ingest.drained()
    for (const id of visitorIds) ingest.forget(id)
    const upTo = await log.head()
    // Events first: what is gone from the log can't build the features again.
    const { sessionIds } = await log.erase({ visitorIds, customerId })
    for (const id of visitorIds) await follower.forget({ visitorId: id, upTo })
    await follower.forget({ customerId, sessionIds, upTo })
    await exposures.discard({ visitorIds, customerId })
    await exposureStore.erase({ visitorIds, customerId })
    const everyone: SubjectRef[] = visitorIds.map((id) => ({ visitorId: id }))
    await this.tell(customerId ? [...everyone, { customerId }] : everyone, "all")
    // Last: as long as the links are there, an erasure that failed can be asked for again.
    await subjects.erase({ visitorIds, customerId })
  }

  private async tell(who: readonly SubjectRef[], scope: "profile" | "all"): Promise<void> {
    const { log, clock, others, dropForgets } = this.parts
    if (!others || who.length === 0) return
    const given = clock.now()
    await log.append(who.map((one) => forgetEvent(one, scope, given)))
    // What fails here is done by the hourly housekeeping.
    setTimeout(() => void dropForgets(given + 1).catch(() => undefined), READ_MS).unref()
  }
}
