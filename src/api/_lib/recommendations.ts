import type { RequestContext } from "../../services/context"
import { joined, parse } from "../../services/lib"
import {
  isAnonymous,
  rankBodySchema,
  recommendationBodySchema,
  recommendationQuerySchema,
  type Recommendation,
  type RecommendationRequest,
} from "../../services/serving"
import { ok, type Answer, type Call } from "./call"
import type { Desk } from "./desk"
import { identify } from "./identity"
import { productFields, wrong, type PriceContext, type PricesAsked } from "./products"

/** `GET /store/personalization/recommendations`: one list. */
export async function recommendOne(desk: Desk, call: Call): Promise<Answer> {
  const { engine } = desk.service
  const query = parse(recommendationQuerySchema(engine.options.serving.maxLimit), call.query)
  const { requests, page } = await requestsFor(desk, call, { placements: [query], ...query })
  const list = await engine.recommender.recommend(requests[0])
  const answer = ok((await answerWith(desk, [list], page))[0])
  const maxAge = engine.options.serving.anonymousMaxAgeSeconds
  return maxAge > 0 && isAnonymous(requests[0])
    ? { ...answer, headers: shared(list.placement, maxAge) }
    : answer
}

/** Headers of a list that a CDN may give to others who tell as little of themselves. */
const shared = (placement: string, maxAge: number) => ({
  "Cache-Control": `public, max-age=${maxAge}, stale-while-revalidate=${maxAge}`,
  "Surrogate-Key": `personalization personalization-${placement}`,
  Vary: "Authorization, X-Publishable-Api-Key, X-Personalization-Visitor, X-Personalization-Consent",
})

/** `POST /store/personalization/recommendations`: the lists of one page, without the same product twice. */
export async function recommendPage(desk: Desk, call: Call): Promise<Answer> {
  const { engine } = desk.service
  const body = parse(recommendationBodySchema(engine.options.serving.maxLimit), call.body)
  const { requests, page } = await requestsFor(desk, call, body)
  const lists = await engine.recommender.recommendPage(requests)
  return ok({ recommendations: await answerWith(desk, lists, page) })
}

/** `POST /store/personalization/rank`: a list that the shop has made, in the order that fits the shopper. */
export async function rank(desk: Desk, call: Call): Promise<Answer> {
  const { product_ids: productIds, placement, limit, ...asked } = parse(rankBodySchema, call.body)
  const { shopper } = await shopperOf(desk, call, asked)
  return ok(await desk.service.engine.recommender.rank({ placement, productIds, limit, ...shopper }))
}

interface SituationAsked extends PricesAsked {
  country_code?: string
}

/** What the query and the body have in common. */
interface ListsAsked extends SituationAsked {
  placements: readonly { placement: string; product_id?: string; cart_id?: string; limit?: number }[]
  exclude?: string[]
  fields?: string
}

/** How the products of a page are shown. */
interface Page {
  fields: string[]
  prices: PriceContext | undefined
}

type ShopperOfRequest = Pick<
  RecommendationRequest,
  "visitorId" | "sessionId" | "customerId" | "consent" | "context"
>

/** Identity, consent and situation, resolved once a call. */
async function shopperOf(
  { service, shop }: Desk,
  call: Call,
  asked: SituationAsked
): Promise<{ shopper: ShopperOfRequest; prices: PriceContext | undefined }> {
  const identity = identify(call)
  const [consent, prices] = await Promise.all([
    service.consentForList(identity),
    shop.priceContext(asked, identity.customerId),
  ])
  service.recogniseCustomer(identity, consent)
  const situation = service.engine.situations.of(call)
  const context: RequestContext = joined(situation, {
    country: asked.country_code ?? situation.country,
    currency: prices?.currency_code,
    regionId: asked.region_id,
    salesChannelIds: call.salesChannelIds,
  })
  const { visitorId, sessionId, customerId } = identity
  return { shopper: { visitorId, sessionId, customerId, consent, context }, prices }
}

/** Turns what was asked into requests for the engine, each cart read once. */
async function requestsFor(
  desk: Desk,
  call: Call,
  asked: ListsAsked
): Promise<{ requests: RecommendationRequest[]; page: Page }> {
  const fields = productFields(asked.fields)
  const cartIds = [...new Set(asked.placements.flatMap(({ cart_id }) => (cart_id ? [cart_id] : [])))]
  const [{ shopper, prices }, ...carts] = await Promise.all([
    shopperOf(desk, call, asked),
    ...cartIds.map((id) => productsOfCart(desk, id)),
  ])
  const requests = asked.placements.map(
    ({ placement, product_id, cart_id, limit }): RecommendationRequest => ({
      placement,
      limit,
      productIds: product_id ? [product_id] : undefined,
      cartProductIds: cart_id ? carts[cartIds.indexOf(cart_id)] : undefined,
      exclude: asked.exclude,
      ...shopper,
    })
  )
  return { requests, page: { fields, prices } }
}

/** A cart's id is the shopper's proof that it is theirs, as in the store's own cart routes. */
async function productsOfCart({ shop }: Desk, cartId: string): Promise<readonly string[]> {
  const products = await shop.cartProducts(cartId)
  if (!products) throw wrong("cart_id", "there is no such cart")
  return products
}

/**
 * Adds the products to the lists. A product that the store no longer shows is left out; when the products
 * can't be read at all, the lists go out without them, for ids and reasons are better than an error.
 */
async function answerWith(desk: Desk, lists: Recommendation[], page: Page): Promise<object[]> {
  const ids = [...new Set(lists.flatMap(({ items }) => items.map(({ product_id }) => product_id)))]
  try {
    const products = await desk.shop.products(ids, page.fields, page.prices)
    return lists.map((list) => ({
      ...list,
      items: list.items.flatMap((item) => {
        const product = products.get(item.product_id)
        return product ? [joined(item, { product })] : []
      }),
    }))
  } catch (error) {
    const labels = { placement: lists[0].placement, reason: "hydration" }
    desk.service.engine.metrics.count("fallback_total", labels)
    desk.logger.error("Recommended products could not be read", error as Error)
    return lists
  }
}
