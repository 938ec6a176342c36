import { isTurnedDown, type Cards, type Catalog, type Shopper } from "../features"
import type { RequestContext } from "../context"
import { isDue, type Knowledge } from "../retrieval"
import type { Placement } from "./placement"

const DAY_MS = 86_400_000

export interface FilterInput {
  placement: Placement
  catalog: Catalog
  repeatDays: Knowledge["repeatDays"]
  shopper: Shopper
  context: RequestContext
  seeds: readonly string[]
  cart: readonly string[]
  /** Asked to be left out, and shown by other lists of the page. */
  exclude: Iterable<string>
}

/** Gives the product's number among the cards if it may be shown, else −1. @param known the number, where it is known */
export type Show = (id: string, known?: number) => number

/** Told why a product may not be shown; for explanations. */
export type Refused = (id: string, reason: string) => void

/**
 * The test whether a product may be shown in this list. Never shown are products that the catalogue does not know and
 * those that the shopper dislikes.
 */
export function showable(input: FilterInput, refused?: Refused): Show {
  const { context } = input
  const { cards } = input.catalog
  const { inStock } = input.placement.filters
  const out = leftOut(input)
  const sold = soldIn(context.salesChannelIds, cards)
  return (id, known) => {
    const why = out.size > 0 ? out.get(id) : undefined
    const number = known ?? cards.numberOf(id)
    const fits = why === undefined && number >= 0
    if (fits && cards.isListed(number) && (!inStock || cards.isInStock(number)) && sold(number)) return number
    refused?.(id, why ?? unfit(id, cards, inStock))
    return -1
  }
}

function unfit(id: string, cards: Cards, inStock: boolean): string {
  const number = cards.numberOf(id)
  if (number < 0) return "unknown"
  if (!cards.isListed(number)) return "not_published"
  return inStock && !cards.isInStock(number) ? "out_of_stock" : "other_channel"
}

/** Product → why it is left out. */
function leftOut({
  placement,
  catalog,
  repeatDays,
  shopper,
  context,
  seeds,
  cart,
  exclude,
}: FilterInput): ReadonlyMap<string, string> {
  const { filters } = placement
  const out = new Map<string, string>()
  for (const id of exclude) out.set(id, "excluded")
  if (filters.notInCart) for (const id of cart) out.set(id, "in_cart")
  if (filters.notSeeds) for (const id of seeds) out.set(id, "list_is_about_it")
  const { notBoughtDays, repurchase = "when-due" } = filters
  const lately = context.now - notBoughtDays * DAY_MS
  const dueAgain = (id: string, ts: number) => {
    const product = catalog.get(id)
    return product !== undefined && isDue(product, repeatDays(id), ts, context.now)
  }
  for (const { productId, type, ts } of shopper.recent) {
    if (isTurnedDown(type)) out.set(productId, "disliked")
    if (type !== "purchase" || notBoughtDays === 0) continue
    if (repurchase === "when-due" && dueAgain(productId, ts)) continue
    if (ts > lately) out.set(productId, "bought_lately")
    else if (repurchase === "when-due") out.set(productId, "bought_before")
  }
  return out
}

/** Whether a product is sold in one of the channels (none named: in any). */
function soldIn(channels: readonly string[], cards: Cards): (number: number) => boolean {
  if (channels.length === 0) return () => true
  const known = new Map<number, boolean>()
  return (number) => {
    const set = cards.channelsOf(number)
    let sold = known.get(set)
    if (sold === undefined) {
      sold = cards.channelSets.idsOf(set).some((id) => channels.includes(id))
      known.set(set, sold)
    }
    return sold
  }
}
