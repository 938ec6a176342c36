import type { ShopEvent } from "../../../src/services/events"
import type { SimProduct } from "./products"
import type { StoreIds } from "./session"
import { handleIds } from "./session"
import type { SimShopper } from "./shoppers"

/** The planted effects as they can be measured in a history: what a recommender should be able to find. */
export interface PlantedEffects {
  /** Median of: baskets with both halves of a planted pair ÷ baskets expected by chance. 1 means no effect. */
  complementLift: number
  /** Share of each shopper's views in their two favourite categories, and that share among everybody's views. */
  tasteShare: { own: number; base: number }
  /** Clicks ÷ times shown, by place in category lists. */
  clickRateByPosition: number[]
  /** Views of summer kinds ÷ views of winter kinds, by month (0–11); undefined where nothing was viewed. */
  summerToWinterByMonth: (number | undefined)[]
  /** Views of a country's favourite category: share there ÷ share elsewhere, by country code. */
  countryLift: Record<string, number>
  /** Views per visit by device. */
  viewsPerVisit: Record<string, number>
  /** Mean distance between price level wanted and price level viewed, and the same for viewers at random. */
  priceDistance: { own: number; base: number }
}

/** Measures each planted effect in a history made from these products and shoppers. */
export function measureEffects(
  events: readonly ShopEvent[],
  products: readonly SimProduct[],
  shoppers: readonly SimShopper[],
  ids: StoreIds = handleIds(products)
): PlantedEffects {
  const indexOf = new Map(products.map((_, index) => [ids.product(index), index]))
  const byVisitor = new Map(shoppers.map((shopper) => [shopper.visitorId, shopper]))
  const views = events
    .filter((event) => event.type === "view_item")
    .map((event) => ({
      event,
      index: indexOf.get(event.items[0].product_id)!,
      product: products[indexOf.get(event.items[0].product_id)!],
      shopper: byVisitor.get(event.visitor_id!)!,
    }))
  return {
    complementLift: complementLift(events, products, indexOf),
    tasteShare: tasteShare(views),
    clickRateByPosition: clickRates(events),
    summerToWinterByMonth: seasons(views),
    countryLift: countryLift(views),
    viewsPerVisit: viewsPerVisit(views),
    priceDistance: priceDistance(views),
  }
}

interface View {
  event: ShopEvent
  index: number
  product: SimProduct
  shopper: SimShopper
}

function complementLift(
  events: readonly ShopEvent[],
  products: readonly SimProduct[],
  indexOf: Map<string, number>
): number {
  const baskets = events
    .filter((event) => event.type === "purchase")
    .map((event) => new Set(event.items.map((item) => indexOf.get(item.product_id)!)))
  const count = new Array<number>(products.length).fill(0)
  for (const basket of baskets) for (const index of basket) count[index]++
  const lifts = products.flatMap(({ latent: { complement } }, index) => {
    if (complement === undefined || !count[index] || !count[complement]) return []
    const both = baskets.filter((basket) => basket.has(index) && basket.has(complement)).length
    return [both / ((count[index] * count[complement]) / baskets.length)]
  })
  lifts.sort((a, b) => a - b)
  return lifts[lifts.length >> 1] ?? 0
}

const favourites = (shopper: SimShopper): number[] =>
  shopper.categories
    .map((taste, category) => [taste, category] as const)
    .sort((a, b) => b[0] - a[0])
    .slice(0, 2)
    .map(([, category]) => category)

function tasteShare(views: readonly View[]): { own: number; base: number } {
  const share = new Map<number, number>()
  for (const { product } of views) {
    share.set(product.latent.category, (share.get(product.latent.category) ?? 0) + 1 / views.length)
  }
  const own = views.filter(({ product, shopper }) =>
    favourites(shopper).includes(product.latent.category)
  ).length
  const base = mean(
    views.map(({ shopper }) => favourites(shopper).reduce((sum, at) => sum + (share.get(at) ?? 0), 0))
  )
  return { own: own / views.length, base }
}

function clickRates(events: readonly ShopEvent[]): number[] {
  const shown: number[] = []
  const clicked: number[] = []
  for (const event of events) {
    const counter =
      event.type === "view_item_list" ? shown : event.type === "select_item" ? clicked : undefined
    if (!counter) continue
    for (const { position } of event.items)
      if (position !== undefined) counter[position] = (counter[position] ?? 0) + 1
  }
  return shown.map((times, position) => (clicked[position] ?? 0) / times)
}

function seasons(views: readonly View[]): (number | undefined)[] {
  const summer = new Array<number>(12).fill(0)
  const winter = new Array<number>(12).fill(0)
  for (const { event, product } of views) {
    const month = new Date(event.ts).getUTCMonth()
    if (product.latent.summer >= 0.5) summer[month]++
    if (product.latent.summer <= -0.5) winter[month]++
  }
  return summer.map((count, month) => (winter[month] ? count / winter[month] : undefined))
}

function countryLift(views: readonly View[]): Record<string, number> {
  const countries = new Map(views.map(({ shopper }) => [shopper.country.code, shopper.country]))
  const lifts = [...countries.values()].map((country) => {
    const share = (there: boolean) => {
      const some = views.filter(({ shopper }) => (shopper.country.code === country.code) === there)
      return (
        some.filter(({ product }) => product.latent.category === country.favourite).length /
        (some.length || 1)
      )
    }
    return [country.code, share(true) / share(false)] as const
  })
  return Object.fromEntries(lifts)
}

function viewsPerVisit(views: readonly View[]): Record<string, number> {
  const visits = new Map<string, Set<string>>()
  const count = new Map<string, number>()
  for (const { event, shopper } of views) {
    const seen = visits.get(shopper.device) ?? new Set()
    visits.set(shopper.device, seen.add(event.session_id!))
    count.set(shopper.device, (count.get(shopper.device) ?? 0) + 1)
  }
  return Object.fromEntries(
    [...visits].map(([device, sessions]) => [device, count.get(device)! / sessions.size])
  )
}

function priceDistance(views: readonly View[]): { own: number; base: number } {
  const distance = (shopper: SimShopper, product: SimProduct) =>
    Math.abs(product.latent.priceLevel - shopper.priceLevel)
  const half = views.length >> 1
  return {
    own: mean(views.map(({ shopper, product }) => distance(shopper, product))),
    base: mean(views.map(({ product }, i) => distance(views[(i + half) % views.length].shopper, product))),
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / (values.length || 1)
