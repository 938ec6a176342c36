import { noMetrics, silentLogger, type Logger, type Metrics } from "../lib"
import { mayProfile, type SubjectRef, type SubjectStore } from "../privacy"
import {
  compareOffsets,
  subjectOf,
  withoutNames,
  type EventLog,
  type LoggedEvent,
  type ShopEvent,
  type Subscription,
} from "../events"
import type { Catalog } from "./catalog"
import type { AnyFeature, Entity, FeatureKey, FeatureLookups } from "./feature"
import type { FeatureStore, FeatureUpdate } from "./feature-store.port"
import { FEATURES } from "./registry"

export interface FeaturePipelineDependencies {
  log: EventLog
  store: FeatureStore
  catalog: Catalog
  /** Who has withdrawn consent since: their old events build no profile on replay. */
  subjects?: SubjectStore
  metrics?: Metrics
  logger?: Logger
  features?: readonly AnyFeature[]
  /** Wait after a rebuild that failed, ms; doubled each time up to 30 s. Default 1 s. */
  retryMs?: number
}

/** Whose profile is to be forgotten. */
export interface Forgotten extends SubjectRef {
  /** Sessions that were theirs. */
  sessionIds?: readonly string[]
  /** Events up to this offset, if they are still to come, build no profile. Default: all that are in the log. */
  upTo?: string
}

/** Events handled in one turn of the event loop: about 10 ms, so that requests are answered in between. */
const SLICE = 250
const MAX_RETRY_MS = 30_000

/** Where a feature's state goes when its definition does not say. */
const KEYS: Readonly<Record<Entity, (event: ShopEvent) => readonly string[]>> = {
  shopper: (event) => one(subjectOf(event)),
  session: (event) => one(event.session_id ?? (event.visitor_id && `visitor:${event.visitor_id}`)),
  item: (event) => [...new Set(event.items.map((item) => item.product_id))],
  global: () => ["all"],
}

const one = (id: string | undefined): string[] => (id ? [id] : [])

const visitorKey = (event: ShopEvent): FeatureKey => `shopper:visitor:${event.visitor_id}`

/** Keeps the features in step with the event log: replays history into a memory store, then follows. */
export class FeaturePipeline {
  private readonly byEvent = new Map<string, AnyFeature[]>()
  private readonly lookups: FeatureLookups
  private readonly metrics: Metrics
  private readonly logger: Logger
  private position: string | undefined
  private subscription: Subscription | undefined
  private rebuild: Promise<void> | undefined
  private stopping = false
  /** Settles when the batch in hand is applied. */
  private inHand: Promise<void> = Promise.resolve()
  /** Subject → offset up to which its events build no profile; kept until the pipeline is past it. */
  private readonly forgotten = new Map<string, string>()
  private endPause: (() => void) | undefined

  constructor(private readonly dependencies: FeaturePipelineDependencies) {
    const { catalog, features = FEATURES } = dependencies
    this.metrics = dependencies.metrics ?? noMetrics
    this.logger = dependencies.logger ?? silentLogger
    this.lookups = { categoriesOf: (id) => catalog.get(id)?.categories.map((category) => category.id) ?? [] }
    for (const feature of features)
      for (const type of feature.events) {
        const known = this.byEvent.get(type)
        if (known) known.push(feature)
        else this.byEvent.set(type, [feature])
      }
  }

  /** History is in: profiles are whole. */
  get rebuilt(): boolean {
    return this.subscription !== undefined
  }

  /**
   * Does what `start` does, beside everything else: returns at once, and what fails is tried again until `stop`.
   * @param since events before this time (ms) are left out
   */
  begin(since?: number): void {
    this.rebuild ??= this.startPatiently(since)
  }

  /**
   * Rebuilds the store from the log, then follows it; resolves when history is in, or when it is stopped.
   * After a failure it may be called again, and goes on behind the last event that was applied.
   * @param since events before this time (ms) are left out
   */
  async start(since?: number): Promise<void> {
    let events = 0
    for await (const batch of this.dependencies.log.replay({ since, after: this.position })) {
      const withdrawn = await this.withdrawn(batch)
      for (let from = 0; from < batch.length; from += SLICE) {
        if (this.stopping) return
        await this.handle(batch.slice(from, from + SLICE), withdrawn)
        await new Promise((resolve) => setImmediate(resolve))
      }
      events += batch.length
    }
    if (this.stopping) return
    this.logger.info(`features rebuilt from ${events} events`)
    this.subscription = await this.dependencies.log.subscribe("features", (batch) => this.handle(batch), {
      from: this.position === undefined ? "beginning" : { after: this.position },
      batchSize: SLICE,
    })
  }

  /** Resolves when everything appended before the call can be read. */
  async caughtUp(): Promise<void> {
    await this.rebuild
    await this.subscription?.caughtUp()
  }

  /** Ends the rebuild, or stops following. */
  async stop(): Promise<void> {
    this.stopping = true
    this.endPause?.()
    await this.rebuild
    await this.subscription?.close()
  }

  /**
   * Forgets the profile of a shopper, and what earlier events of theirs that are not applied yet would make of it.
   * Events that come afterwards build a new one.
   */
  async forget({ visitorId, customerId, sessionIds, upTo }: Forgotten): Promise<void> {
    const until = upTo ?? (await this.dependencies.log.head())
    if (until !== undefined && (this.position === undefined || compareOffsets(until, this.position) > 0)) {
      if (visitorId) this.forgotten.set(`visitor:${visitorId}`, until)
      if (customerId) this.forgotten.set(`customer:${customerId}`, until)
    }
    await this.inHand
    await this.drop({ visitorId, customerId })
    for (const id of sessionIds ?? []) await this.dependencies.store.erase(`session:${id}`)
  }

  private async drop({ visitorId, customerId }: SubjectRef): Promise<void> {
    const { store } = this.dependencies
    if (visitorId) {
      await store.erase(`shopper:visitor:${visitorId}`)
      await store.erase(`session:visitor:${visitorId}`)
    }
    if (customerId) await store.erase(`shopper:customer:${customerId}`)
  }

  /** Never rejects. */
  private async startPatiently(since?: number): Promise<void> {
    let wait = this.dependencies.retryMs ?? 1_000
    while (!this.stopping) {
      try {
        return await this.start(since)
      } catch (error) {
        this.logger.warn(`features: the rebuild failed, will try again: ${(error as Error).message}`)
      }
      await this.pause(wait)
      wait = Math.min(MAX_RETRY_MS, wait * 2)
    }
  }

  private async pause(ms: number): Promise<void> {
    if (this.stopping) return
    await new Promise<void>((resolve) => {
      this.endPause = resolve
      setTimeout(resolve, ms).unref()
    })
  }

  private handle(batch: readonly LoggedEvent[], withdrawn?: ReadonlySet<string>): Promise<void> {
    const handled = this.advance(batch, withdrawn)
    this.inHand = handled.catch(() => undefined)
    return handled
  }

  private async advance(batch: readonly LoggedEvent[], withdrawn?: ReadonlySet<string>): Promise<void> {
    const fresh = batch.filter(
      ({ offset }) => this.position === undefined || compareOffsets(offset, this.position) > 0
    )
    if (fresh.length === 0) return
    const people = fresh.filter(({ event }) => !event.bot)
    const events = people.map((logged) =>
      withdrawn?.has(pairOf(logged.event)) || this.isForgotten(logged)
        ? withoutNames(logged.event)
        : logged.event
    )
    await this.apply(events)
    this.position = fresh[fresh.length - 1].offset
    for (const [subject, until] of this.forgotten)
      if (compareOffsets(until, this.position) <= 0) this.forgotten.delete(subject)
    this.metrics.count("feature_events_total", {}, events.length)
  }

  private isForgotten({ offset, event }: LoggedEvent): boolean {
    if (this.forgotten.size === 0) return false
    return [`visitor:${event.visitor_id}`, `customer:${event.customer_id}`].some((subject) => {
      const until = this.forgotten.get(subject)
      return until !== undefined && compareOffsets(offset, until) <= 0
    })
  }

  private async apply(events: readonly ShopEvent[]): Promise<void> {
    const { store } = this.dependencies
    const known = events.filter((event) => event.visitor_id && event.customer_id).map(visitorKey)
    /** Visitors of whom something is held, or will be when `updates` are applied. */
    const held = new Set((await store.getMany([...new Set(known)])).keys())
    let updates: FeatureUpdate[] = []
    const flush = async () => {
      if (updates.length > 0) await store.apply(updates)
      updates = []
    }
    for (const event of events) {
      if (event.type === "consent_update" && !mayProfile(event.consent)) {
        await flush()
        await this.drop({ visitorId: event.visitor_id, customerId: event.customer_id })
        continue
      }
      if (event.visitor_id && event.customer_id && held.delete(visitorKey(event))) {
        await flush()
        await this.merge(visitorKey(event), `shopper:customer:${event.customer_id}`)
      } else if (event.visitor_id && !event.customer_id) held.add(visitorKey(event))
      for (const feature of this.byEvent.get(event.type) ?? []) this.collect(updates, feature, event)
    }
    await flush()
  }

  private collect(updates: FeatureUpdate[], feature: AnyFeature, event: ShopEvent): void {
    for (const id of (feature.keys ?? KEYS[feature.entity])(event))
      updates.push({
        key: `${feature.entity}:${id}`,
        feature: feature.name,
        next: (state) => {
          try {
            return feature.update(state ?? feature.initial, event, id, this.lookups)
          } catch (error) {
            // One feature that stumbles over one event must not stop the others.
            this.metrics.count("feature_errors_total", { feature: feature.name })
            this.logger.warn(`feature ${feature.name}: ${(error as Error).message}`)
            return state
          }
        },
      })
  }

  /** Moves what a visitor did to the customer. The visitor's record is gone afterwards: nothing counts twice. */
  private async merge(from: FeatureKey, into: FeatureKey): Promise<void> {
    const { store, features = FEATURES } = this.dependencies
    const record = (await store.getMany([from])).get(from)
    if (!record) return
    const updates: FeatureUpdate[] = []
    for (const { name, merge, initial } of features) {
      const state = record[name]
      if (merge && state !== undefined)
        updates.push({ key: into, feature: name, next: (held) => merge(held ?? initial, state) })
    }
    await store.apply(updates)
    await store.erase(from)
    this.metrics.count("profiles_merged_total")
  }

  /** Pairs of visitor and customer in the batch whose recorded consent forbids a profile by now. */
  private async withdrawn(batch: readonly LoggedEvent[]): Promise<ReadonlySet<string>> {
    const { subjects } = this.dependencies
    const refs = new Map<string, SubjectRef>()
    for (const { event } of batch)
      if (subjectOf(event))
        refs.set(pairOf(event), { visitorId: event.visitor_id, customerId: event.customer_id })
    if (!subjects || refs.size === 0) return new Set()
    const consents = await subjects.consentsOf([...refs.values()])
    const pairs = [...refs.keys()]
    return new Set(pairs.filter((_, i) => consents[i] && !mayProfile(consents[i])))
  }
}

/** A customer's visitors may differ in what they consented to. */
const pairOf = ({ visitor_id, customer_id }: ShopEvent): string =>
  JSON.stringify([visitor_id ?? null, customer_id ?? null])
