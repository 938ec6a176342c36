import type { ShopEvent } from "../../src/services/events"
import type { Product } from "../../src/services/features"
import type { Random } from "../../src/services/lib"

const DAY_MS = 86_400_000
const CONSENT = { analytics: true, personalization: true, experimentation: true, model_training: true }
const COUNTRIES = ["DE", "FR", "PT", "GB", "US"]
const KINDS = ["jacket", "lamp", "kettle", "scarf", "chair", "vase", "backpack", "notebook", "candle", "rug"]
const TRAITS = [
  "red",
  "blue",
  "oak",
  "linen",
  "steel",
  "small",
  "tall",
  "soft",
  "vintage",
  "glossy",
  "ribbed",
]

/** Products in categories of about 200, with words that a category shares. */
export function makeProducts(count: number, now: number, random: Random): Product[] {
  const categories = Math.max(1, Math.round(count / 200))
  return Array.from({ length: count }, (_, i) => {
    const category = i % categories
    const words = [random.pick(TRAITS), random.pick(TRAITS), `${KINDS[category % KINDS.length]}${category}`]
    return {
      id: `prod_${i}`,
      title: `${words.join(" ")} ${i}`,
      description: `A ${words.join(", ")} for every day, number ${random.int(500)}.`,
      status: "published",
      categories: [{ id: `cat_${category}`, name: `Category ${category}` }],
      tags: [random.pick(TRAITS)],
      options: { Colour: [random.pick(TRAITS)] },
      salesChannelIds: ["sc_web"],
      variants: [{ id: `variant_${i}`, available: true, price: 10 + random.int(90) }],
      inStock: random.next() < 0.95,
      createdAt: now - random.int(365) * DAY_MS,
      updatedAt: now,
    }
  })
}

/** Sessions of one to nine views within a category, with carts and purchases, over the last 30 days. */
export function* makeEvents(
  sessions: number,
  visitors: number,
  products: readonly Product[],
  now: number,
  random: Random
): Generator<ShopEvent> {
  const categories = Math.max(1, Math.round(products.length / 200))
  let number = 0
  for (let session = 0; session < sessions; session++) {
    let ts = now - (1 - session / sessions) * 30 * DAY_MS
    const category = random.int(categories)
    const visitor = random.int(visitors)
    const views = 1 + random.int(9)
    for (let view = 0; view < views; view++) {
      // The square makes few products popular and many rare.
      const member = Math.floor(random.next() ** 2 * 200)
      const product = products[Math.min(products.length - 1, member * categories + category)]
      const roll = random.next()
      ts += 20_000
      yield {
        event_id: `event-${number++}`,
        type: roll < 0.85 ? "view_item" : roll < 0.95 ? "add_to_cart" : "purchase",
        ts,
        visitor_id: `visitor_${visitor}`,
        session_id: `session_${visitor}`,
        consent: CONSENT,
        context: { country: COUNTRIES[visitor % COUNTRIES.length] },
        items: [{ product_id: product.id, quantity: 1, price: product.variants[0].price }],
      }
    }
  }
}
