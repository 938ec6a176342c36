import { noMetrics, silentLogger, type Logger, type Metrics } from "../lib"
import { mayProfile, type SubjectRef } from "../privacy"
import { subjectOf, type LoggedEvent, type Position, type ShopEvent } from "../events"
import type { Catalog } from "./catalog"
import type { AnyFeature, Entity, FeatureKey, FeatureLookups } from "./feature"
import type { FeatureStore, FeatureUpdate } from "./feature-store.port"
import { FEATURES } from "./registry"

export interface FeatureUpdaterDependencies {
  store: FeatureStore
  catalog: Catalog
  metrics?: Metrics
  logger?: Logger
  features?: readonly AnyFeature[]
}

/** Where a feature's state goes when its definition does not say. */
const KEYS: Readonly<Record<Entity, (event: ShopEvent) => readonly string[]>> = {
  shopper: (event) => one(subjectOf(event)),
  session: (event) => one(event.session_id ?? (event.visitor_id && `visitor:${event.visitor_id}`)),
  item: (event) => [...new Set(event.items.map((item) => item.product_id))],
  global: () => ["all"],
}

const one = (id: string | undefined): string[] => (id ? [id] : [])

const visitorKey = (event: ShopEvent): FeatureKey => `shopper:visitor:${event.visitor_id}`

/** The profile of whoever this event is about ends with it. */
const endsProfile = ({ type, consent }: ShopEvent): boolean =>
  type === "forget" || (type === "consent_update" && !mayProfile(consent))

/** An event as it is applied; without a place it counts every time it is given. */
export interface Applicable {
  event: ShopEvent
  at?: Position
}

/** Turns events into updates of the feature store: the same for history and for the stream. */
export class FeatureUpdater {
  private readonly byEvent = new Map<string, AnyFeature[]>()
  private readonly features: readonly AnyFeature[]
  private readonly store: FeatureStore
  private readonly lookups: FeatureLookups
  private readonly metrics: Metrics
  private readonly logger: Logger

  constructor({ store, catalog, features = FEATURES, metrics, logger }: FeatureUpdaterDependencies) {
    this.store = store
    this.features = features
    this.metrics = metrics ?? noMetrics
    this.logger = logger ?? silentLogger
    this.lookups = { categoriesOf: (id) => catalog.get(id)?.categories.map((category) => category.id) ?? [] }
    for (const feature of features)
      for (const type of feature.events) {
        const known = this.byEvent.get(type)
        if (known) known.push(feature)
        else this.byEvent.set(type, [feature])
      }
  }

  /**
   * Applies events in order; those of robots are left out.
   * @param only the features of this kind; by default all
   * @throws PersonalizationError `unavailable`
   */
  async apply(given: readonly Applicable[], only?: Entity): Promise<void> {
    const events = given.filter(({ event }) => !event.bot)
    const known = events.filter(({ event }) => event.visitor_id && event.customer_id)
    /** Visitors of whom something is held, or will be when `updates` are applied. */
    const keys = new Set(known.map(({ event }) => visitorKey(event)))
    const held = new Set((await this.store.getMany([...keys])).keys())
    let updates: FeatureUpdate[] = []
    const flush = async () => {
      if (updates.length > 0) await this.store.apply(updates)
      updates = []
    }
    for (const { event, at } of events) {
      if (endsProfile(event)) {
        await flush()
        await this.drop({ visitorId: event.visitor_id, customerId: event.customer_id }, [], at)
        continue
      }
      const merged = event.visitor_id && event.customer_id && held.delete(visitorKey(event))
      if (merged) {
        await flush()
        updates.push(...(await this.merge(visitorKey(event), `shopper:customer:${event.customer_id}`, at)))
      } else if (event.visitor_id && !event.customer_id) held.add(visitorKey(event))
      for (const feature of this.byEvent.get(event.type) ?? [])
        if (!only || feature.entity === only) this.collect(updates, feature, event, at)
      if (merged) {
        await flush()
        // Last: what is delivered again after a crash finds the customer's record up to date, and only this to do.
        await this.store.erase(visitorKey(event), at)
      }
    }
    await flush()
    this.metrics.count("feature_events_total", {}, events.length)
  }

  /**
   * Forgets the profile of a shopper, and these sessions.
   * @param at where the stream says so: what has come since stays
   */
  async drop(
    { visitorId, customerId }: SubjectRef,
    sessionIds: readonly string[] = [],
    at?: Position
  ): Promise<void> {
    const keys: FeatureKey[] = sessionIds.map((id) => `session:${id}` as const)
    if (visitorId) keys.push(`shopper:visitor:${visitorId}`, `session:visitor:${visitorId}`)
    if (customerId) keys.push(`shopper:customer:${customerId}`)
    for (const key of keys) await this.store.erase(key, at)
  }

  private collect(updates: FeatureUpdate[], feature: AnyFeature, event: ShopEvent, at?: Position): void {
    for (const id of (feature.keys ?? KEYS[feature.entity])(event))
      updates.push({
        key: `${feature.entity}:${id}`,
        feature: feature.name,
        at,
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

  /** What adds a visitor's record to the customer's. The visitor's is erased afterwards: nothing counts twice. */
  private async merge(from: FeatureKey, into: FeatureKey, at?: Position): Promise<FeatureUpdate[]> {
    // Delivered again after a crash, the login may find what the visitor has done since: that is not for the customer.
    const record = at ? await this.store.before(from, at) : (await this.store.getMany([from])).get(from)
    if (!record) return []
    this.metrics.count("profiles_merged_total")
    return this.features.flatMap(({ name, merge, initial }): FeatureUpdate[] => {
      const state = record[name]
      if (!merge || state === undefined) return []
      return [{ key: into, feature: name, at, next: (held) => merge(held ?? initial, state) }]
    })
  }
}

/** A logged event at its place. */
export const placed = ({ event, partition, offset }: LoggedEvent): Applicable => ({
  event,
  at: { partition, offset },
})
