import type { Logger, Metrics, Scored } from "../lib"
import { signalsOfRequest } from "../context"
import { mayProfile } from "../privacy"
import {
  NOBODY,
  popularNowKeys,
  profileKeys,
  readPopularNow,
  readShopper,
  readSituation,
  situationKeys,
  type FeatureStore,
  type Shopper,
  type SituationDemand,
  type Who,
} from "../features"
import { LATE, within } from "../retrieval"
import type { RecommendationRequest } from "./recommendation"

/** What is known at this request, out of one read of the feature store. */
export interface Profile {
  shopper: Shopper
  /** What the whole shop looks at now, best first. */
  trending: readonly Scored[]
  /** What is wanted in a situation like this one. */
  demand?: SituationDemand
  /** Set when the store did not answer: `features_failed` or `features_late`. */
  fallback?: string
}

export interface ProfileReaderParts {
  features: Pick<FeatureStore, "getMany">
  metrics: Metrics
  logger: Logger
}

const ANYONE: Who = Object.freeze({})

/**
 * Reads the profile in one round trip; without consent to personalization only records that are about nobody.
 * Never rejects: a store that throws or is slower than `budgetMs` costs the profile, not the list, and counts
 * in `profile_failures_total{reason}`.
 */
export async function readProfile(
  { consent, visitorId, customerId, sessionId, context }: RecommendationRequest,
  { features, metrics, logger }: ProfileReaderParts,
  budgetMs: number
): Promise<Profile> {
  const { country, now } = context
  const who = mayProfile(consent) ? { visitorId, customerId, sessionId } : ANYONE
  try {
    const signals = signalsOfRequest(context)
    const keys = new Set([...profileKeys(who), ...popularNowKeys(country), ...situationKeys(signals)])
    const records = await within(features.getMany([...keys]), budgetMs)
    if (records !== LATE) {
      return {
        shopper: readShopper(records, who, now),
        trending: readPopularNow(records, country, now),
        demand: readSituation(records, signals, now),
      }
    }
    metrics.count("profile_failures_total", { reason: "late" })
    return { shopper: NOBODY, trending: [], fallback: "features_late" }
  } catch (error) {
    metrics.count("profile_failures_total", { reason: "error" })
    logger.debug(`The shopper's features could not be read: ${String(error)}`)
    return { shopper: NOBODY, trending: [], fallback: "features_failed" }
  }
}
