import type PersonalizationModuleService from "../../modules/personalization/service"
import type { Logger } from "../../services/lib"
import type { HydratedProduct, PriceContext, PricesAsked } from "./products"

/** What the routes ask of the shop beside the engine: Medusa's own server has it at hand, `serve` reads its database. */
export interface Shop {
  /** Sales channels of a publishable key; undefined when it is unknown or revoked. */
  channelsOfKey(key: string): Promise<readonly string[] | undefined>
  /** Products of a cart; undefined when there is no such cart. */
  cartProducts(cartId: string): Promise<readonly string[] | undefined>
  /**
   * Makes the price context whole; undefined when neither region nor currency is asked for.
   * @throws PersonalizationError `invalid_input` for an unknown region
   */
  priceContext(asked: PricesAsked, customerId?: string): Promise<PriceContext | undefined>
  /** Products that the shop shows, by id. */
  products(
    ids: readonly string[],
    fields: readonly string[],
    prices: PriceContext | undefined
  ): Promise<Map<string, HydratedProduct>>
}

/** Whom the routes turn to. */
export interface Desk {
  service: PersonalizationModuleService
  shop: Shop
  logger: Logger
}
