/** What the edge reads of the shop's own records when it runs apart from the shop's server. */
export interface ShopReader {
  /**
   * Sales channels of a publishable key; undefined when it is unknown, deleted or revoked.
   * @throws PersonalizationError `unavailable`
   */
  channelsOfKey(key: string): Promise<readonly string[] | undefined>
  /**
   * Publishable keys in force with their sales channels, the latest of them when there are more than `max`.
   * @throws PersonalizationError `unavailable`
   */
  channelsOfKeys(max: number): Promise<ReadonlyMap<string, readonly string[]>>
  /**
   * Products in a cart, each once; undefined when there is no such cart.
   * @throws PersonalizationError `unavailable`
   */
  productsOfCart(cartId: string): Promise<readonly string[] | undefined>
  /**
   * Currency of a region, ISO 4217 lower case; undefined when there is no such region.
   * @throws PersonalizationError `unavailable`
   */
  currencyOfRegion(regionId: string): Promise<string | undefined>
  close(): Promise<void>
}
