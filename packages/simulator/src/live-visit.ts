import type { Random } from "../../../src/services/lib"
import type { SimProduct } from "./products"
import { examination, liking, uuid, type SimShopper } from "./shoppers"
import { StoreClient, type RecommendationAnswer } from "./store-client"

/** The running store: its address and the ids of what the simulator knows by index. */
export interface LiveShop {
  baseUrl: string
  publishableKey: string
  /** Region id by currency code. */
  regions: Record<string, string>
  /** In the order of the simulated products. */
  products: readonly { id: string; variants: readonly string[] }[]
}

/** What happened in one visit. */
export interface VisitReport {
  views: number
  clicksOnRecommendations: number
  addedToCart: number
  orders: number
}

interface Origin {
  request_id: string
  placement: string
}

interface Look {
  index: number
  origin?: Origin
}

/** One visit of a simulated shopper over HTTP: sees recommendations, clicks by taste, now and then buys. */
export class LiveVisit {
  readonly report: VisitReport = { views: 0, clicksOnRecommendations: 0, addedToCart: 0, orders: 0 }
  private readonly store: StoreClient
  private readonly session: string
  private readonly indexOf: Map<string, number>
  private readonly seen = new Set<number>()
  private cart: string | undefined

  constructor(
    private readonly shop: LiveShop,
    private readonly products: readonly SimProduct[],
    private readonly shopper: SimShopper,
    private readonly random: Random,
    /** Waits between two steps; rejects when the visit is to end. */
    private readonly pause: () => Promise<void>
  ) {
    this.session = uuid(random, 4)
    this.store = new StoreClient(shop.baseUrl, shop.publishableKey, shopper, this.session)
    this.indexOf = new Map(shop.products.map((product, index) => [product.id, index]))
  }

  async play(): Promise<VisitReport> {
    let look: Look | undefined = await this.home()
    for (let step = 0; look && step < 8; step++) {
      await this.pause()
      look = await this.view(look)
    }
    if (this.cart && this.random.next() < 0.6) {
      await this.pause()
      await this.store.order(this.cart)
      this.report.orders++
    }
    return this.report
  }

  /** The home page: follows a recommendation two times out of three, else goes where the taste leads. */
  private async home(): Promise<Look> {
    const lists = await this.store.recommendations(
      [
        { placement: "home-for-you", limit: 8 },
        { placement: "trending", limit: 8 },
      ],
      this.region()
    )
    return (this.random.next() < 0.67 ? await this.follow(lists) : undefined) ?? { index: this.byTaste() }
  }

  private async view({ index, origin }: Look): Promise<Look | undefined> {
    this.seen.add(index)
    this.report.views++
    await this.store.track([this.event("view_item", [index], origin)])
    const id = this.shop.products[index].id
    const lists = await this.store.recommendations(
      [
        { placement: "pdp-similar", product_id: id, limit: 8 },
        { placement: "pdp-bought-together", product_id: id, limit: 4 },
      ],
      this.region()
    )
    const chance = 1 / (1 + Math.exp(2.8 - 0.6 * liking(this.shopper, this.products[index])))
    if (this.random.next() < chance) await this.add(index, origin)
    if (this.random.next() > 0.8) return undefined
    return this.follow(lists)
  }

  /** Reports the lists as seen and clicks one of their products, by place and taste. */
  private async follow(lists: readonly RecommendationAnswer[]): Promise<Look | undefined> {
    const shown = lists.flatMap(({ request_id, placement, items }) =>
      items.flatMap((item, position) => {
        const index = this.indexOf.get(item.product_id)
        return index === undefined ? [] : [{ index, position, origin: { request_id, placement } }]
      })
    )
    if (!shown.length) return undefined
    const impressions = lists
      .filter((list) => list.items.length)
      .map((list) => this.event("rec_impression", this.indices(list), list))
    const weights = shown.map(({ index, position }) =>
      this.seen.has(index) ? 0 : examination(position) * Math.exp(liking(this.shopper, this.products[index]))
    )
    const chosen = weights.some((weight) => weight > 0) ? shown[this.random.weighted(weights)] : undefined
    const click = chosen && {
      ...this.event("select_item", [chosen.index], chosen.origin),
      slot: chosen.position,
    }
    await this.store.track(click ? [...impressions, click] : impressions)
    if (chosen) this.report.clicksOnRecommendations++
    return chosen
  }

  private async add(index: number, origin?: Origin): Promise<void> {
    const { variants } = this.products[index]
    const stock = variants.map((variant) => (variant.stock > 0 ? 1 : 0))
    const region = this.region()
    if (!region || !stock.some((one) => one > 0)) return
    this.cart ??= await this.store.createCart(region)
    const variant = this.shop.products[index].variants[this.random.weighted(stock)]
    await this.store.addToCart(
      this.cart,
      variant,
      origin && { request_id: origin.request_id, placement: origin.placement }
    )
    this.report.addedToCart++
    const lists = await this.store.recommendations(
      [{ placement: "cart-complete", cart_id: this.cart, limit: 4 }],
      region
    )
    const shown = lists.filter((list) => list.items.length)
    await this.store.track(shown.map((list) => this.event("rec_impression", this.indices(list), list)))
  }

  private event(type: string, indices: readonly number[], origin?: Origin): object {
    const { code, locale, currency, tzOffset } = this.shopper.country
    const now = Date.now()
    return {
      event_id: uuid(this.random, 7, now),
      type,
      ts: now,
      visitor_id: this.shopper.visitorId,
      session_id: this.session,
      consent: this.shopper.consent,
      context: { locale, currency, country: code, device: this.shopper.device, tz_offset: tzOffset },
      ...(origin ? { request_id: origin.request_id, placement: origin.placement } : {}),
      items: indices.map((index, position) => ({
        product_id: this.shop.products[index].id,
        position,
        price: this.products[index].variants[0].prices[currency],
      })),
    }
  }

  private indices = (list: RecommendationAnswer): number[] =>
    list.items.flatMap((item) => this.indexOf.get(item.product_id) ?? [])

  private region = (): string | undefined => this.shop.regions[this.shopper.country.currency]

  private byTaste(): number {
    return this.random.weighted(this.products.map((product) => Math.exp(1.5 * liking(this.shopper, product))))
  }
}
