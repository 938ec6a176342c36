import type { z } from "zod"
import type { Consent } from "../../../../services/privacy"
import type { RecommendationRequest } from "../../../../services/serving"
import type { previewSchema } from "./validators"

/** The request that a preview is of. */
export function previewRequest(
  asked: z.output<typeof previewSchema>,
  consent: Consent,
  now: number
): RecommendationRequest {
  const { at, currency_code: currency, ...said } = asked.context
  const { tz_offset: tzOffset, region_id: regionId, local_events: localEvents, ...known } = said
  return {
    placement: asked.placement,
    productIds: asked.product_ids,
    cartProductIds: asked.cart_product_ids,
    exclude: asked.exclude,
    limit: asked.limit,
    visitorId: asked.visitor_id,
    customerId: asked.customer_id,
    sessionId: asked.session_id,
    consent,
    context: {
      ...known,
      now: at === undefined ? now : Date.parse(at),
      tzOffset,
      regionId,
      localEvents,
      currency: currency?.toLowerCase(),
      salesChannelIds: asked.sales_channel_ids,
    },
  }
}
