import type { FastifyBaseLogger } from "fastify"
import { MedusaTables } from "../adapters/medusa-db"
import type { Desk } from "../api/_lib/desk"
import PersonalizationModuleService from "../modules/personalization/service"
import { systemClock, type Logger } from "../services/lib"
import type { ShopReader } from "../services/serving"
import { catalogueShop, type CatalogueShop } from "./catalogue-shop"
import type { ServeSettings } from "./settings"

/** Of a list's deadline, what reading the cart may take. */
const CART_SHARE = 0.4

/** What a `serve` process is made of. Nothing runs before the service is started. */
export interface ServeParts {
  desk: Desk & { shop: CatalogueShop }
  reader: ShopReader
}

/** The module as Medusa would make it, without Medusa, beside a shop read from the database. */
export function composeServe(settings: ServeSettings, pino: FastifyBaseLogger): ServeParts {
  const logger = engineLogger(pino)
  const { databaseUrl, options } = settings
  const service = new PersonalizationModuleService(
    { logger, configModule: { projectConfig: { databaseUrl } } },
    // Events are handled by Medusa's processes or by `consume`: answering shoppers is all that is done here.
    { ...options, events: { ...options.events, consume: false } }
  )
  const reader = new MedusaTables({ url: databaseUrl })
  const { catalog, metrics } = service.engine
  const cartMs = options.serving.deadlineMs * CART_SHARE
  const shop = catalogueShop({ catalog, reader, cartMs, clock: systemClock, metrics, logger })
  return { desk: { service, shop, logger }, reader }
}

/** pino puts an error's stack into the line only when it comes first. */
export function engineLogger(pino: FastifyBaseLogger): Logger {
  return {
    debug: (message) => pino.debug(message),
    info: (message) => pino.info(message),
    warn: (message) => pino.warn(message),
    error: (message, error) => (error ? pino.error({ err: error }, message) : pino.error(message)),
  }
}
