import type { Logger, Metrics, Scored } from "../lib"
import { mayProfile } from "../privacy"
import { subjectOf } from "../events"
import { NOBODY, type FeatureKey, type FeatureRecord, type FeatureStore, type Shopper } from "../features"
import { LATE, within } from "../retrieval"
import type { RecommendationRequest } from "./recommendation"

/** What is known at this request, out of one read of the feature store. */
export interface Profile {
  shopper: Shopper
  /** What the whole shop looks at now, best first. */
  trending: readonly Scored[]
  /** Set when the store did not answer: `features_failed` or `features_late`. */
  fallback?: string
}

/** Keys of one request; those of the shopper are absent without consent. */
export interface ProfileKeys {
  shopper?: FeatureKey
  session?: FeatureKey
  global: FeatureKey
}

export interface ProfileReaderParts {
  features: FeatureStore
  interpret(
    records: ReadonlyMap<FeatureKey, FeatureRecord>,
    keys: ProfileKeys,
    request: RecommendationRequest
  ): { shopper: Shopper; trending: readonly Scored[] }
  metrics: Metrics
  logger: Logger
}

/** Which records a request may read: without consent to personalization only those that are about nobody. */
export function keysOf(request: RecommendationRequest): ProfileKeys {
  const keys: ProfileKeys = { global: "global:all" }
  if (!mayProfile(request.consent)) return keys
  const subject = subjectOf({ customer_id: request.customerId, visitor_id: request.visitorId })
  if (subject) keys.shopper = `shopper:${subject}`
  if (request.sessionId) keys.session = `session:${request.sessionId}`
  return keys
}

/**
 * Reads the profile in one round trip. Never rejects: a store that throws or is slower than `budgetMs` costs
 * the profile, not the list, and counts in `profile_failures_total{reason}`.
 */
export async function readProfile(
  request: RecommendationRequest,
  { features, interpret, metrics, logger }: ProfileReaderParts,
  budgetMs: number
): Promise<Profile> {
  const keys = keysOf(request)
  const wanted = [keys.global, keys.shopper, keys.session].filter((key) => key !== undefined)
  try {
    const records = await within(features.getMany(wanted), budgetMs)
    if (records !== LATE) return interpret(records, keys, request)
    metrics.count("profile_failures_total", { reason: "late" })
    return { shopper: NOBODY, trending: [], fallback: "features_late" }
  } catch (error) {
    metrics.count("profile_failures_total", { reason: "error" })
    logger.debug(`The shopper's features could not be read: ${String(error)}`)
    return { shopper: NOBODY, trending: [], fallback: "features_failed" }
  }
}
