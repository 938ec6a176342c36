import type { MedusaRequest } from "@medusajs/framework/http"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { contextFromHeaders } from "../../services/context"
import { PersonalizationError } from "../../services/lib"
import type { Recommendation, RecommendationRequest } from "../../services/serving"
import { hydrate, priceContext, productFields, type PriceContext } from "./hydrate"
import { identify } from "./identity"
import { serviceOf } from "./service"

/** What the query and the body have in common. */
interface Asked {
  placements: readonly { placement: string; product_id?: string; cart_id?: string; limit?: number }[]
  exclude?: string[]
  region_id?: string
  currency_code?: string
  country_code?: string
  fields?: string
}

/** How the products of a page are shown. */
interface Page {
  fields: string[]
  prices: PriceContext | undefined
}

/**
 * Products of a cart; its id is the shopper's proof that it is theirs, as in the store's own cart routes.
 * @throws PersonalizationError `invalid_input` when there is no such cart
 */
async function cartProducts(req: MedusaRequest, cartId: string): Promise<string[]> {
  const query = req.scope.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "cart",
    fields: ["id", "items.product_id"],
    filters: { id: cartId },
  })
  if (data.length === 0) {
    const message = "there is no such cart"
    throw new PersonalizationError("invalid_input", `cart_id: ${message}`, {
      fields: [{ path: "cart_id", message }],
    })
  }
  const items = (data[0].items ?? []) as ({ product_id?: string | null } | null)[]
  return items.flatMap((item) => (item?.product_id ? [item.product_id] : []))
}

/** Turns what was asked into requests for the engine: identity, consent, situation and carts resolved once. */
export async function requestsFor(
  req: MedusaRequest,
  asked: Asked
): Promise<{ requests: RecommendationRequest[]; page: Page }> {
  const service = serviceOf(req)
  const identity = identify(req)
  const fields = productFields(asked.fields)
  const cartIds = [...new Set(asked.placements.flatMap(({ cart_id }) => (cart_id ? [cart_id] : [])))]
  const [consent, prices, ...carts] = await Promise.all([
    service.consentForList(identity),
    priceContext(req.scope, asked, identity.customerId),
    ...cartIds.map((id) => cartProducts(req, id)),
  ])
  service.recogniseCustomer(identity, consent)
  const keyContext = (req as { publishable_key_context?: { sales_channel_ids: string[] } })
    .publishable_key_context
  const situation = contextFromHeaders(req.headers)
  const context = {
    ...situation,
    now: Date.now(),
    country: asked.country_code ?? situation.country,
    currency: prices?.currency_code,
    regionId: asked.region_id,
    salesChannelIds: keyContext?.sales_channel_ids ?? [],
  }
  const requests = asked.placements.map(
    ({ placement, product_id, cart_id, limit }): RecommendationRequest => ({
      placement,
      limit,
      productIds: product_id ? [product_id] : undefined,
      cartProductIds: cart_id ? carts[cartIds.indexOf(cart_id)] : undefined,
      exclude: asked.exclude,
      visitorId: identity.visitorId,
      sessionId: identity.sessionId,
      customerId: identity.customerId,
      consent,
      context,
    })
  )
  return { requests, page: { fields, prices } }
}

/**
 * Adds the products to the lists. A product that the store no longer shows is left out; when the products
 * can't be read at all, the lists go out without them, for ids and reasons are better than an error.
 */
export async function answerWith(req: MedusaRequest, lists: Recommendation[], page: Page): Promise<object[]> {
  const ids = [...new Set(lists.flatMap(({ items }) => items.map(({ product_id }) => product_id)))]
  try {
    const products = await hydrate(req.scope, ids, page.fields, page.prices)
    return lists.map((list) => ({
      ...list,
      items: list.items.flatMap((item) => {
        const product = products.get(item.product_id)
        return product ? [{ ...item, product }] : []
      }),
    }))
  } catch (error) {
    serviceOf(req).engine.metrics.count("fallback_total", {
      placement: lists[0].placement,
      reason: "hydration",
    })
    req.scope
      .resolve(ContainerRegistrationKeys.LOGGER)
      .error("Recommended products could not be read", error as Error)
    return lists
  }
}
