import { Random } from "../../../src/services/lib"
import type { EventContext } from "../../../src/services/events"
import type { Consent } from "../../../src/services/privacy"
import { ASSORTMENTS, COLOURS, MAKERS } from "./assortment"
import type { SimProduct } from "./products"

export interface Country {
  code: string
  locale: string
  currency: "eur" | "usd"
  /** Minutes east of UTC, in winter. */
  tzOffset: number
  share: number
  /** Index of the category this country is planted to like more than others do. */
  favourite: number
}

export const COUNTRIES: readonly Country[] = [
  { code: "DE", locale: "de-DE", currency: "eur", tzOffset: 60, share: 0.3, favourite: 5 },
  { code: "FR", locale: "fr-FR", currency: "eur", tzOffset: 60, share: 0.19, favourite: 2 },
  { code: "NL", locale: "nl-NL", currency: "eur", tzOffset: 60, share: 0.11, favourite: 4 },
  { code: "ES", locale: "es-ES", currency: "eur", tzOffset: 60, share: 0.1, favourite: 1 },
  { code: "IT", locale: "it-IT", currency: "eur", tzOffset: 60, share: 0.1, favourite: 3 },
  { code: "US", locale: "en-US", currency: "usd", tzOffset: -300, share: 0.2, favourite: 0 },
]

export const DEVICES = ["mobile", "desktop", "tablet"] as const
const DEVICE_SHARE = [0.58, 0.34, 0.08]

/** A simulated shopper: who they are, and the tastes that nobody else can see. */
export interface SimShopper {
  visitorId: string
  country: Country
  device: NonNullable<EventContext["device"]>
  consent: Consent
  /** Sessions in 30 days, on average; long-tailed. */
  activity: number
  /** Log-taste for each category, colour family and maker's style. */
  categories: number[]
  colours: number[]
  styles: number[]
  /** Preferred ln(price / ordinary price), and how much a distance from it hurts. */
  priceLevel: number
  priceSensitivity: number
}

const FULL: Consent = { analytics: true, personalization: true, experimentation: true, model_training: true }
const ANALYTICS_ONLY: Consent = {
  analytics: true,
  personalization: false,
  experimentation: false,
  model_training: false,
}

/** Shoppers with tastes; the first `n` of a larger crowd of the same seed are the same shoppers. */
export function generateShoppers(count: number, seed = 1): SimShopper[] {
  const random = new Random(seed ^ 0x5eed)
  const tastes = (n: number, spread: number) => Array.from({ length: n }, () => spread * random.normal())
  return Array.from({ length: count }, () => ({
    visitorId: uuid(random, 4),
    country: COUNTRIES[random.weighted(COUNTRIES.map((country) => country.share))],
    device: DEVICES[random.weighted(DEVICE_SHARE)],
    consent: random.next() < 0.93 ? FULL : ANALYTICS_ONLY,
    activity: Math.min(20, Math.exp(0.3 + 0.75 * random.normal())),
    categories: tastes(ASSORTMENTS.length, 1.4),
    colours: tastes(COLOURS.length, 0.9),
    styles: tastes(MAKERS.length, 0.8),
    priceLevel: 0.35 * random.normal(),
    priceSensitivity: 1 + 2 * random.next(),
  }))
}

/** +1 in mid-July, -1 in mid-January. */
export function summerness(ts: number): number {
  const date = new Date(ts)
  const day = (ts - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000
  return Math.cos((2 * Math.PI * (day - 196)) / 365.25)
}

export const COUNTRY_LIKING = 0.9
export const SEASON_WEIGHT = 1.1

/** How much this shopper likes a product, apart from the season: log-odds of choosing it over another. */
export function liking(shopper: SimShopper, product: SimProduct): number {
  const { category, colour, style, priceLevel, appeal } = product.latent
  return (
    appeal +
    shopper.categories[category] +
    shopper.colours[colour] +
    shopper.styles[style] +
    (shopper.country.favourite === category ? COUNTRY_LIKING : 0) -
    shopper.priceSensitivity * Math.abs(priceLevel - shopper.priceLevel)
  )
}

/** Chance that the item at this place of a list is looked at at all, from 0 (the first) on. */
export const examination = (position: number): number => 1 / (1 + 0.4 * position)

/** A UUID of the given version out of seeded random numbers; version 7 begins with `ts`. */
export function uuid(random: Random, version: 4 | 7, ts = 0): string {
  const hex = (digits: number) => Array.from({ length: digits }, () => random.int(16).toString(16)).join("")
  const head = version === 7 ? Math.floor(ts).toString(16).padStart(12, "0") : hex(12)
  return `${head.slice(0, 8)}-${head.slice(8)}-${version}${hex(3)}-${(8 + random.int(4)).toString(16)}${hex(3)}-${hex(12)}`
}
