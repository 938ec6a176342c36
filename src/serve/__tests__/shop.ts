import { LRUCache } from "lru-cache"
import { pino } from "pino"
import { compose } from "../../modules/personalization/compose"
import { resolveOptions } from "../../modules/personalization/options"
import PersonalizationModuleService from "../../modules/personalization/service"
import { PersonalizationError, silentLogger, systemClock } from "../../services/lib"
import type { ShopReader } from "../../services/serving"
import { product } from "../../services/testing/planted-shop"
import { catalogueShop } from "../catalogue-shop"
import type { ServeParts } from "../compose"

export const silentPino = pino({ level: "silent" })

/** A shop's tables that can be away: one key, one cart, one region. */
export class FakeReader implements ShopReader {
  away = false
  closed = false
  reads = 0

  channelsOfKey = (key: string) => this.read(key === "pk_web" ? ["web"] : undefined)
  channelsOfKeys = () => this.read(new Map([["pk_web", ["web"]]]))
  productsOfCart = (id: string) => this.read(id === "cart_1" ? ["a1"] : undefined)
  currencyOfRegion = (id: string) => this.read(id === "reg_1" ? "eur" : undefined)
  async close() {
    this.closed = true
  }

  private async read<T>(value: T): Promise<T> {
    this.reads++
    if (this.away) throw new PersonalizationError("unavailable", "the database at db.internal is away")
    return value
  }
}

/** A service on memory alone, with eight products in two categories, and what `serve` makes of it. */
export async function fakeParts(options: object = {}): Promise<ServeParts & { reader: FakeReader }> {
  const engine = compose(resolveOptions({ retrieval: { index: "exact" }, ...options }), {
    logger: silentLogger,
  })
  const service = new PersonalizationModuleService(
    {
      logger: silentLogger,
      configModule: { projectConfig: { databaseUrl: "postgres://nobody@127.0.0.1:1/none" } },
    },
    {}
  )
  Object.assign(service, { engine, recognised: new LRUCache({ max: 100 }) })
  await engine.catalog.upsert(
    ["a", "b"].flatMap((name) =>
      [1, 2, 3, 4].map((i) =>
        product(`${name}${i}`, name, { handle: `the-${name}${i}`, description: "long" })
      )
    )
  )
  const reader = new FakeReader()
  const { catalog, metrics } = engine
  const shop = catalogueShop({
    catalog,
    reader,
    cartMs: 5_000,
    clock: systemClock,
    metrics,
    logger: silentLogger,
  })
  return { desk: { service, shop, logger: silentLogger }, reader }
}
