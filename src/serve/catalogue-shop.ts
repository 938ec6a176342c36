import { LRUCache } from "lru-cache"
import type { Shop } from "../api/_lib/desk"
import { noSuchRegion, type HydratedProduct } from "../api/_lib/products"
import type { Catalog, Product } from "../services/features"
import type { Clock, Logger, Metrics } from "../services/lib"
import { LATE, within } from "../services/retrieval"
import type { ShopReader } from "../services/serving"
import { productView } from "./product-view"
import { Remembered } from "./remembered"

/** As many keys as are remembered. */
const KEYS = 1_000

export interface CatalogueShop extends Shop {
  /**
   * Reads all publishable keys, so that none of them is first asked for while the database is away.
   * @throws PersonalizationError `unavailable`
   */
  learnKeys(): Promise<void>
}

export interface CatalogueShopParts {
  catalog: Catalog
  reader: ShopReader
  /** How long a list waits for the cart; then it goes out as for an empty one. */
  cartMs: number
  clock: Clock
  metrics: Metrics
  logger: Logger
}

/**
 * The shop without its server: products are those of the engine's catalogue, keys and regions are remembered, carts are
 * read within a short time. Prices can't be calculated here, so there are none.
 */
export function catalogueShop({
  catalog,
  reader,
  cartMs,
  clock,
  metrics,
  logger,
}: CatalogueShopParts): CatalogueShop {
  const keys = new Remembered((key) => reader.channelsOfKey(key), { clock, max: KEYS })
  const regions = new Remembered((id) => reader.currencyOfRegion(id), { clock })
  const views = new LRUCache<string, (product: Product) => HydratedProduct>({ max: 100 })
  const failed = (what: string, reason: string, error?: unknown) => {
    metrics.count("shop_read_failures_total", { what, reason })
    if (error) logger.debug(`The ${what} could not be read: ${String(error)}`)
  }
  return {
    channelsOfKey: (key) => keys.get(key),

    async learnKeys() {
      for (const [key, channels] of await reader.channelsOfKeys(KEYS)) keys.learn(key, channels)
    },

    async cartProducts(cartId) {
      try {
        const products = await within(reader.productsOfCart(cartId), cartMs)
        if (products !== LATE) return products
        failed("cart", "late")
      } catch (error) {
        failed("cart", "error", error)
      }
      return []
    },

    async priceContext({ region_id, currency_code }) {
      if (!region_id) return currency_code ? { currency_code } : undefined
      try {
        const currency = await regions.get(region_id)
        if (currency) return { region_id, currency_code: currency }
      } catch (error) {
        failed("region", "error", error)
        return undefined
      }
      throw noSuchRegion()
    },

    async products(ids, fields) {
      const name = fields.join()
      let view = views.get(name)
      if (!view) views.set(name, (view = productView(fields)))
      const found = new Map<string, HydratedProduct>()
      for (const id of ids) {
        const product = catalog.get(id)
        if (product) found.set(id, view(product))
      }
      return found
    },
  }
}
