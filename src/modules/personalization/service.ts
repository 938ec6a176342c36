import { LRUCache } from "lru-cache"
import type { Sender } from "../../services/events"
import type { Product } from "../../services/features"
import { PersonalizationError, systemClock, type Logger } from "../../services/lib"
import type { ModelVersion, ShadowAnswer, ShadowSummary } from "../../services/models"
import { mayProfile, NO_CONSENT, resolveConsent, type Consent } from "../../services/privacy"
import { LATE, within } from "../../services/retrieval"
import type { RecommendedItem } from "../../services/serving"
import { compose } from "./compose"
import type { Engine } from "./engine"
import { healthOf, overviewOf, type Health, type Overview } from "./overview"
import { databaseTarget, splitOptions, type PlatformCradle } from "./platform"
import type { TrainingRun } from "./training-runs"

/** Emitted when the engine has started; a subscriber answers by syncing the catalogue. */
export const STARTED_EVENT = "personalization.started"

const RETRY_MS = 5_000
/** Of a list's deadline, what reading the consent may take. */
const CONSENT_SHARE = 0.4

interface EventBus {
  emit(message: { name: string; data: object }): Promise<void>
}

interface Cradle extends PlatformCradle {
  logger: Logger
  event_bus?: EventBus
}

/** Who asks; the edge takes it from headers and the auth context. */
export interface Caller {
  visitorId?: string
  sessionId?: string
  customerId?: string
  consent?: Consent
  gpc?: boolean
}

/** A recommended product as the admin shows it. */
export type ShownItem = Pick<RecommendedItem, "product_id" | "score" | "reason"> & {
  title: string
  thumbnail: string | null
}

/** The module `personalization`: the engine's life inside Medusa, and what routes, subscribers and jobs ask of it. */
export default class PersonalizationModuleService {
  readonly engine: Engine
  private readonly logger: Logger
  private readonly eventBus: EventBus | undefined
  private readonly recognised = new LRUCache<string, true>({ max: 50_000 })
  /** Lists can be made and events can be taken. */
  started = false
  private stopping = false
  private retry: ReturnType<typeof setTimeout> | undefined

  constructor(cradle: Cradle, input: unknown) {
    const { options, shared } = splitOptions(input)
    this.logger = cradle.logger
    this.eventBus = cradle.event_bus
    this.engine = compose(options, { database: databaseTarget(options, shared, cradle), logger: this.logger })
  }

  __hooks = {
    onApplicationStart: () => this.start(),
    onApplicationPrepareShutdown: async () => {
      this.stopping = true
      clearTimeout(this.retry)
    },
    onApplicationShutdown: () => this.engine.stop(),
  }

  /** Never rejects: without its database the shop goes on with empty lists, and this is tried again. */
  private async start(): Promise<void> {
    try {
      await this.engine.start()
    } catch (error) {
      if (this.stopping) return
      const { message } = error as Error
      this.logger.error(
        `Personalization could not start: ${message}. Has \`medusa db:migrate\` run? Trying again.`
      )
      this.retry = setTimeout(() => void this.start(), RETRY_MS)
      this.retry.unref()
      return
    }
    if (this.stopping) {
      // The shutdown went by while this was under way, and found nothing to stop.
      await this.engine.stop().catch((error: Error) => {
        this.logger.warn(`Personalization could not be stopped: ${error.message}`)
      })
      return
    }
    this.started = true
    try {
      await this.eventBus?.emit({ name: STARTED_EVENT, data: {} })
    } catch (error) {
      const { message } = error as Error
      this.logger.warn(`Personalization: ${STARTED_EVENT} could not be emitted: ${message}`)
    }
  }

  health(): Promise<Health> {
    return healthOf(this.engine, this.started)
  }

  overview(): Promise<Overview> {
    return overviewOf(this.engine)
  }

  /** @throws PersonalizationError `conflict` while a run is going on */
  startTraining(): TrainingRun {
    return this.engine.training.start()
  }

  /** Asks the running run to end. @returns false when none is running in this process */
  cancelTraining(): boolean {
    return this.engine.training.cancel()
  }

  /** Newest first. */
  runs(): readonly TrainingRun[] {
    return this.engine.training.list()
  }

  /** Newest first. */
  versions(): Promise<ModelVersion[]> {
    return this.engine.models.list()
  }

  /** Makes `version`, or the one before the live one, live. @throws PersonalizationError `not_found` */
  rollback(version?: string): Promise<ModelVersion> {
    return this.engine.models.rollback(version)
  }

  /** What a version in shadow would have shown, newest first, and how it did in all. */
  async shadowOf(
    version: string,
    limit: number
  ): Promise<{ summary: ShadowSummary; answers: ShadowAnswer[] }> {
    const { trials } = this.engine
    const [summary, answers] = await Promise.all([trials.summary(version, 0), trials.answers(version, limit)])
    return { summary, answers }
  }

  /** What a shopper of whom nothing is known sees beside a product. @throws PersonalizationError `not_found` */
  async recommendedWith(productId: string, limit: number): Promise<ShownItem[]> {
    const { catalog, recommender } = this.engine
    if (!catalog.has(productId)) {
      throw new PersonalizationError("not_found", `id: the catalogue holds no product ${productId}`)
    }
    const { items } = await recommender.recommend({
      placement: "pdp-bought-together",
      productIds: [productId],
      limit,
      consent: NO_CONSENT,
      context: { now: systemClock.now(), salesChannelIds: [] },
    })
    return items.map(({ product_id, score, reason }) => {
      const product = catalog.get(product_id)
      return { product_id, score, reason, title: product?.title ?? "", thumbnail: product?.thumbnail ?? null }
    })
  }

  async syncProducts(products: Product[]): Promise<void> {
    await this.engine.catalog.upsert(products)
  }

  async removeProducts(ids: string[]): Promise<void> {
    await this.engine.catalog.remove(ids)
  }

  /** The consent that counts for this caller. @throws PersonalizationError `unavailable` */
  async consentOf(caller: Caller): Promise<Consent> {
    const { visitorId, customerId, consent: sender, gpc } = caller
    const recorded =
      visitorId || customerId ? await this.engine.consentRecord({ visitorId, customerId }) : undefined
    return resolveConsent({ sender, recorded, gpc, fallback: this.engine.defaultConsent })
  }

  /**
   * `consentOf` for a list, which must go out in time: a record that can't be read, or not in 40% of the deadline,
   * counts as no consent, and in `consent_read_failures_total{reason}`. Never rejects.
   */
  async consentForList(caller: Caller): Promise<Consent> {
    const { metrics, options } = this.engine
    let reason = "late"
    try {
      const consent = await within(this.consentOf(caller), options.serving.deadlineMs * CONSENT_SHARE)
      if (consent !== LATE) return consent
    } catch (error) {
      reason = "error"
      this.logger.debug(`Personalization: a consent could not be read: ${String(error)}`)
    }
    metrics.count("consent_read_failures_total", { reason })
    return NO_CONSENT
  }

  /**
   * Records a decision as an event, so that it is kept with its time, obeyed from now on, and limited in rate.
   * @throws PersonalizationError `invalid_input`, `overloaded` (with `retryAfter`), `unavailable`
   */
  async recordConsent(sender: Sender & { visitorId: string }, consent: Consent): Promise<void> {
    const { visitorId, customerId } = sender
    const update = { type: "consent_update", ts: systemClock.now(), visitor_id: visitorId, consent }
    const { rejected } = await this.engine.ingest.submit({ events: [update] }, sender)
    if (rejected.length > 0) throw new PersonalizationError("invalid_input", rejected[0].message)
    this.engine.forgetConsentRecord({ visitorId, customerId })
  }

  /** Once per login: tells the log that this visitor is that customer. Off the request's path. */
  recogniseCustomer(caller: Caller, consent: Consent): void {
    const { visitorId, customerId } = caller
    if (!visitorId || !customerId || !mayProfile(consent)) return
    const pair = `${visitorId} ${customerId}`
    if (this.recognised.has(pair)) return
    this.recognised.set(pair, true)
    const login = { type: "login", visitor_id: visitorId, customer_id: customerId, consent }
    this.engine.ingest.submitFacts([login]).catch((error: Error) => {
      this.recognised.delete(pair)
      this.logger.warn(`Personalization: a login could not be recorded: ${error.message}`)
    })
  }

  /** Erases a customer, and the visitors known to be them, from every store. */
  async forgetCustomer(customerId: string): Promise<void> {
    await this.engine.erase({ customerId })
  }

  /** Hourly housekeeping: partitions ahead, retention behind. */
  maintain(): Promise<void> {
    return this.engine.maintain()
  }
}
