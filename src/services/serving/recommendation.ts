import type { Consent, SubjectRef } from "../privacy"
import type { RequestContext } from "../context"

/** One list, asked for by the edge: identity is already established there. */
export interface RecommendationRequest {
  placement: string
  productIds?: readonly string[]
  /** Products in the shopper's cart. */
  cartProductIds?: readonly string[]
  limit?: number
  /** Products that other lists of the same page show already. */
  exclude?: readonly string[]
  visitorId?: string
  customerId?: string
  sessionId?: string
  consent: Consent
  context: RequestContext
}

export interface Reason {
  /** e.g. `viewed_together`, `bought_together`, `similar`, `session`, `trending`, `recently_viewed` */
  code: string
  /** Short and true, in English; storefronts translate by code. */
  text: string
  /** Product id it refers to. */
  because?: string
}

export interface RecommendedItem {
  product_id: string
  variant_id?: string
  /** Comparable within this list only. */
  score: number
  reason: Reason
}

export interface Recommendation {
  request_id: string
  placement: string
  title: string
  items: RecommendedItem[]
  /** Why the list did not come from the placement's own sources, if it did not. */
  fallback?: string
  model_version?: string
}

/** Products to put in order; all of them come back, up to the limit. */
export interface RankRequest extends RecommendationRequest {
  productIds: readonly string[]
}

/** A given list in the order that fits the shopper; what the engine does not know stands at the end. */
export interface RankedList {
  request_id: string
  placement: string
  items: Pick<RecommendedItem, "product_id" | "score" | "reason">[]
  /** Why the list is not ordered by all that could be known, if it is not. */
  fallback?: string
  model_version?: string
}

/** What was answered, stored so that outcomes can be joined to it. Written off the request path. */
export interface Exposure {
  requestId: string
  ts: number
  placement: string
  subject?: string
  visitorId?: string
  sessionId?: string
  modelVersion?: string
  fallback?: string
  featureNames: string[]
  /** What was on at the request, by name; absent in exposures from before it was recorded. */
  situation?: Readonly<Record<string, number>>
  /** Stores may keep features as exact as 32-bit floats are. */
  slots: { productId: string; score: number; source: string; propensity: number; features: number[] }[]
  /** What the list was about and how long it was to be; absent in exposures from before it was recorded. */
  asked?: { seeds?: readonly string[]; cart?: readonly string[]; limit?: number }
  context: Pick<RequestContext, "device" | "country" | "locale" | "regionId" | "tzOffset"> & {
    salesChannelIds?: readonly string[]
  }
}

/** Whom an exposure was shown to. */
export function shopperOf({ subject, visitorId }: Pick<Exposure, "subject" | "visitorId">): SubjectRef {
  const customerId = subject?.startsWith("customer:") ? subject.slice("customer:".length) : undefined
  return { visitorId, customerId }
}

export interface RecentExposures {
  /** Default: all. */
  placement?: string
  limit: number
  /** The last one of the page before. */
  before?: Pick<Exposure, "ts" | "requestId">
}

export interface ExposureStore {
  record(exposures: readonly Exposure[]): Promise<void>
  get(requestId: string): Promise<Exposure | undefined>
  /** By request id; unknown ones are missing. */
  getMany(requestIds: readonly string[]): Promise<Map<string, Exposure>>
  /** The newest first. */
  recent(asked: RecentExposures): Promise<Exposure[]>
  /** Who was shown the newest `exposures` lists, each once, who came last first; at most `limit`. */
  shoppers(exposures: number, limit: number): Promise<SubjectRef[]>
  erase(subject: { visitorIds: readonly string[]; customerId?: string }): Promise<number>
}
