import { Random } from "../../../src/services/lib"
import type { ShopEvent } from "../../../src/services/events"
import type { SimProduct } from "./products"
import { handleIds, Session, ShopFloor, type StoreIds } from "./session"
import type { SimShopper } from "./shoppers"

export interface HistoryOptions {
  products: readonly SimProduct[]
  shoppers: readonly SimShopper[]
  /** ms since the epoch: no event is later. */
  endsAt: number
  /** Default 60. */
  days?: number
  seed?: number
  /** Default: handles and SKUs stand for ids. */
  ids?: StoreIds
}

const DAY = 86_400_000
const TREND_DAYS = 8
/** Planted: extra log-liking of a surging product at the end of history. */
const TREND_HEIGHT = 1.8

/** Visits by local hour: phones in the evening, desks by day. */
const HOURS = {
  mobile: [2, 1, 1, 1, 1, 2, 4, 6, 6, 5, 5, 6, 7, 6, 5, 5, 6, 8, 10, 12, 14, 13, 9, 5],
  desktop: [1, 1, 1, 1, 1, 1, 2, 4, 8, 11, 12, 11, 9, 10, 11, 11, 10, 8, 6, 7, 8, 7, 4, 2],
  tablet: [2, 1, 1, 1, 1, 2, 4, 7, 6, 5, 5, 5, 6, 5, 5, 5, 6, 7, 9, 13, 15, 13, 9, 5],
} as const

/** Indices of the products that are planted to surge in the last days of history: one out of forty. */
export function surging(products: readonly SimProduct[], seed = 1): Set<number> {
  const random = new Random(seed ^ 0x7e4d)
  const all = random.shuffle(products.map((_, index) => index))
  return new Set(all.slice(0, Math.ceil(products.length / 40)))
}

/** The shop's floor with its planted trend, which rises over the last eight days before `endsAt`. */
export function shopFloor(
  products: readonly SimProduct[],
  endsAt: number,
  seed = 1,
  ids: StoreIds = handleIds(products)
): ShopFloor {
  const risers = surging(products, seed)
  return new ShopFloor(products, ids, (index, ts) =>
    risers.has(index) ? TREND_HEIGHT * Math.max(0, Math.min(1, 1 - (endsAt - ts) / (TREND_DAYS * DAY))) : 0
  )
}

/**
 * What the shoppers did until `endsAt`, ordered by time; the same for the same seed and `endsAt`.
 * 2,400 shoppers over 60 days make about 10,000 visits.
 */
export function simulateHistory(options: HistoryOptions): ShopEvent[] {
  const { products, shoppers, endsAt, days = 60, seed = 1, ids } = options
  const floor = shopFloor(products, endsAt, seed, ids)
  const events: ShopEvent[] = []
  shoppers.forEach((shopper, index) => {
    // A generator of their own for each shopper: one more shopper changes nobody else's history.
    const random = new Random(seed * 1_000_003 + index)
    const visits = poisson(random, (shopper.activity * days) / 30)
    for (let visit = 0; visit < visits; visit++) {
      const start = startOfVisit(random, shopper, endsAt, days)
      const session = new Session(floor, shopper, random, start).play()
      if (session[session.length - 1].ts <= endsAt) events.push(...session)
    }
  })
  return events.sort((a, b) => a.ts - b.ts || (a.event_id < b.event_id ? -1 : 1))
}

function startOfVisit(random: Random, shopper: SimShopper, endsAt: number, days: number): number {
  const hours = HOURS[shopper.device]
  for (;;) {
    const ts = endsAt - random.next() * days * DAY
    const local = new Date(ts + shopper.country.tzOffset * 60_000)
    const weekend = local.getUTCDay() % 6 === 0 ? 1 : 0.78
    if (random.next() < (weekend * hours[local.getUTCHours()]) / Math.max(...hours)) return Math.floor(ts)
  }
}

/** Knuth's algorithm; fine for small means. */
function poisson(random: Random, mean: number): number {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random.next(); product > limit; product *= random.next()) count++
  return count
}
