import type { Random } from "../../../src/services/lib"
import type { EventItem, ShopEvent } from "../../../src/services/events"
import type { SimProduct } from "./products"
import { examination, liking, SEASON_WEIGHT, summerness, uuid, type SimShopper } from "./shoppers"

/** Ids of the real store; without one, handles and SKUs stand for ids. */
export interface StoreIds {
  product: (index: number) => string
  variant: (index: number, variant: number) => string
  region?: (currency: string) => string | undefined
  salesChannel?: string
}

export const handleIds = (products: readonly SimProduct[]): StoreIds => ({
  product: (index) => products[index].handle,
  variant: (index, variant) => products[index].variants[variant].sku,
})

const PAGE_SIZE = { mobile: 8, tablet: 10, desktop: 12 } as const
/** Chance to look at one more product. */
const STAMINA = { mobile: 0.72, tablet: 0.76, desktop: 0.82 } as const

/** Planted: with the first half of a pair in the cart, its partner is looked at (and mostly bought) this often. */
export const COMPLEMENT_CHANCE = 0.5

/** What all sessions share: the shop's products by category and kind, and which of them are surging. */
export class ShopFloor {
  readonly byCategory: number[][] = []
  readonly byKind = new Map<string, number[]>()

  constructor(
    readonly products: readonly SimProduct[],
    readonly ids: StoreIds,
    /** Extra log-liking of a product at a time: the planted trend. */
    readonly trend: (index: number, ts: number) => number = () => 0
  ) {
    products.forEach((product, index) => {
      const { category } = product.latent
      ;(this.byCategory[category] ??= []).push(index)
      const kind = this.byKind.get(product.kind)
      if (kind) kind.push(index)
      else this.byKind.set(product.kind, [index])
    })
  }

  inStock(index: number): boolean {
    return this.products[index].variants.some((variant) => variant.stock > 0)
  }

  /** A category's products in the order in which the shop lists them: by appeal and season. */
  listing(category: number, ts: number): number[] {
    const summer = summerness(ts)
    const score = (index: number) =>
      this.products[index].latent.appeal +
      SEASON_WEIGHT * summer * this.products[index].latent.summer +
      this.trend(index, ts)
    return [...this.byCategory[category]].sort((a, b) => score(b) - score(a))
  }
}

/** One visit: emits the events that a storefront would have sent. */
export class Session {
  readonly events: ShopEvent[] = []
  private readonly id: string
  private readonly cart = new Map<number, number>()
  private readonly seen = new Set<number>()

  constructor(
    private readonly floor: ShopFloor,
    private readonly shopper: SimShopper,
    private readonly random: Random,
    private now: number
  ) {
    this.id = uuid(random, 4)
  }

  /** Plays the visit to its end. */
  play(): ShopEvent[] {
    let current = this.land()
    while (current !== undefined) {
      current = this.look(current)
      if (this.random.next() > STAMINA[this.shopper.device]) break
    }
    this.checkOut()
    return this.events
  }

  /** From a category page or, less often, by a search. */
  private land(): number | undefined {
    const { byCategory, products } = this.floor
    const summer = summerness(this.now)
    const weights = byCategory.map((indices, category) => {
      const season = indices.reduce((sum, index) => sum + products[index].latent.summer, 0) / indices.length
      const local = this.shopper.country.favourite === category ? 0.9 : 0
      return Math.exp(this.shopper.categories[category] + local + SEASON_WEIGHT * summer * season)
    })
    const category = this.random.weighted(weights)
    return this.random.next() < 0.75 ? this.browse(category) : this.search(category)
  }

  private browse(category: number): number | undefined {
    const page = this.floor.listing(category, this.now).slice(0, 24)
    const start = this.random.next() < 0.75 ? 0 : 12
    const shown = page.slice(start, start + PAGE_SIZE[this.shopper.device])
    this.emit("view_item_list", {
      items: shown.map((index, position) => ({ ...this.item(index), position })),
    })
    this.wait(6)
    const position = this.random.weighted(shown.map((index, at) => examination(at) * this.weight(index)))
    const chosen = shown[position]
    this.emit("select_item", { items: [{ ...this.item(chosen), position }] })
    return chosen
  }

  private search(category: number): number {
    const found = this.choose(this.floor.byCategory[category])!
    this.emit("search", { items: [], properties: { query: this.floor.products[found].kind.toLowerCase() } })
    this.wait(5)
    return found
  }

  /** Looks at a product; answers the next one to look at. */
  private look(index: number): number | undefined {
    const product = this.floor.products[index]
    this.seen.add(index)
    this.emit("view_item", { items: [this.item(index)] })
    const joy = liking(this.shopper, product)
    const seconds = 4 + 18 * Math.exp(0.25 * joy + 0.4 * this.random.normal())
    this.wait(seconds)
    if (seconds > 40)
      this.emit("dwell", { items: [this.item(index)], properties: { ms: Math.round(seconds * 1000) } })
    if (this.floor.inStock(index) && this.random.next() < 1 / (1 + Math.exp(3.6 - 0.7 * joy))) this.add(index)

    const { complement } = product.latent
    if (complement !== undefined && !this.seen.has(complement)) {
      const chance = this.cart.has(index) ? COMPLEMENT_CHANCE : 0.1
      if (this.random.next() < chance) {
        if (this.cart.has(index) && this.floor.inStock(complement) && this.random.next() < 0.7) {
          this.seen.add(complement)
          this.emit("view_item", { items: [this.item(complement)] })
          this.wait(12)
          this.add(complement)
        } else return complement
      }
    }
    const step = this.random.next()
    if (step < 0.6) return this.choose(this.floor.byKind.get(product.kind)!)
    if (step < 0.87) return this.choose(this.floor.byCategory[product.latent.category])
    return this.land()
  }

  private add(index: number): void {
    this.cart.set(index, 1)
    this.emit("add_to_cart", { items: [{ ...this.item(index, this.variant(index)), quantity: 1 }] })
    this.wait(4)
  }

  private checkOut(): void {
    if (!this.cart.size) return
    this.emit("view_cart", { items: [...this.cart.keys()].map((index) => this.item(index)) })
    this.wait(20)
    if (this.random.next() > 0.62) return
    const items = [...this.cart].map(([index, quantity]) => ({
      ...this.item(index, this.variant(index)),
      quantity,
    }))
    this.emit("begin_checkout", { items })
    this.wait(90)
    if (this.random.next() > 0.85) return
    const value = items.reduce((sum, item) => sum + item.price! * item.quantity, 0)
    this.emit("purchase", {
      items,
      value: Math.round(value * 100) / 100,
      currency: this.shopper.country.currency,
    })
  }

  /** Draws among products not yet seen in this visit, by taste, season and trend. */
  private choose(among: readonly number[]): number | undefined {
    const fresh = among.filter((index) => !this.seen.has(index))
    return fresh.length ? fresh[this.random.weighted(fresh.map((index) => this.weight(index)))] : undefined
  }

  private weight(index: number): number {
    const product = this.floor.products[index]
    const season = SEASON_WEIGHT * summerness(this.now) * product.latent.summer
    return Math.exp(liking(this.shopper, product) + season + this.floor.trend(index, this.now))
  }

  private variant(index: number): number {
    const available = this.floor.products[index].variants.map((variant) => (variant.stock > 0 ? 1 : 0))
    return this.random.weighted(available)
  }

  private item(index: number, variant?: number): EventItem {
    const product = this.floor.products[index]
    return {
      product_id: this.floor.ids.product(index),
      price: product.variants[variant ?? 0].prices[this.shopper.country.currency],
      ...(variant === undefined ? {} : { variant_id: this.floor.ids.variant(index, variant) }),
    }
  }

  private wait(seconds: number): void {
    this.now += Math.round(1000 * seconds * (0.6 + 0.8 * this.random.next()))
  }

  private emit(type: string, rest: Pick<ShopEvent, "items"> & Partial<ShopEvent>): void {
    const { shopper, floor } = this
    const { code, locale, currency, tzOffset } = shopper.country
    this.events.push({
      event_id: uuid(this.random, 7, this.now),
      type,
      ts: this.now,
      visitor_id: shopper.visitorId,
      session_id: this.id,
      consent: shopper.consent,
      context: {
        locale,
        currency,
        region_id: floor.ids.region?.(currency),
        sales_channel_id: floor.ids.salesChannel,
        device: shopper.device,
        country: code,
        tz_offset: tzOffset,
      },
      ...rest,
    })
    this.now += 1
  }
}
