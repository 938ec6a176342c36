import { subjectOf } from "../events"
import { mayProfile, mayStore } from "../privacy"
import type { BuiltList } from "./build-list"
import type { Exposure, Recommendation, RecommendationRequest } from "./recommendation"

/**
 * What is to be stored of a list: nothing without consent to analytics, and nothing about the shopper without consent to
 * personalization.
 */
export function exposureOf(
  answer: Recommendation,
  list: BuiltList,
  shopper: RecommendationRequest,
  asked: Exposure["asked"],
  now: number
): Exposure | undefined {
  if (!mayStore(shopper.consent) || answer.items.length === 0) return undefined
  const { device, country, locale, regionId, tzOffset, salesChannelIds } = shopper.context
  return {
    requestId: answer.request_id,
    ts: now,
    placement: answer.placement,
    ...(mayProfile(shopper.consent) && {
      subject: subjectOf({ customer_id: shopper.customerId, visitor_id: shopper.visitorId }),
      visitorId: shopper.visitorId,
      sessionId: shopper.sessionId,
    }),
    modelVersion: answer.model_version,
    fallback: answer.fallback,
    featureNames: list.featureNames,
    situation: list.situation,
    slots: list.items.map(({ id, score, source, features, propensity = 1 }) => ({
      productId: id,
      score,
      source,
      propensity,
      features,
    })),
    asked,
    context: { device, country, locale, regionId, tzOffset, salesChannelIds },
  }
}
