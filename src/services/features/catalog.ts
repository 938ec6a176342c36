/** The slice of a product that the engine needs. */
export interface Product {
  id: string
  title: string
  subtitle?: string
  description?: string
  handle?: string
  thumbnail?: string
  status: string
  /** Category ids with their names, most specific last. */
  categories: { id: string; name: string }[]
  collection?: string
  type?: string
  tags: string[]
  /** Option title → values, e.g. `{ Colour: ["Red"] }`. */
  options: Record<string, string[]>
  /** Empty means: in no channel. */
  salesChannelIds: string[]
  variants: {
    id: string
    available: boolean
    price?: number
    /** What the shop pays for it, in the price's currency. */
    cost?: number
    /** Pieces in stock, rounded down to a power of two, so that not each sale changes the product; none where it is not counted. */
    stock?: number
  }[]
  /** Some variant can be bought now. */
  inStock: boolean
  /** Lowest variant price in the store's default currency, major units. */
  price?: number
  metadata?: Record<string, unknown>
  /** ms since the epoch */
  createdAt: number
  updatedAt: number
}

/**
 * What a request asks of hundreds of products, in one small record each: a product itself lies scattered over the memory.
 * The record stays the same object while the product changes, so whoever holds it sees a change at once.
 */
export interface ProductCard {
  readonly id: string
  /** Place in arrays by product, counted from 0. Once the product is gone it may be another's. */
  readonly number: number
  /** Published, and not gone. */
  listed: boolean
  inStock: boolean
  /** Which of `channelSets` it is sold in. */
  channels: number
  /** Which of `categorySets` it belongs to. */
  categories: number
  /** Which set of `Cards.traits` it has: brand, type, collection, tags, values of options. */
  traits: number
  /** ms since the epoch */
  createdAt: number
  /** Lowest variant price in the store's default currency, major units; 0 when unknown. */
  price: number
}

/** The cards of all products. */
export interface Cards {
  /** Every number lies below it. */
  readonly end: number
  /** How many there are. */
  readonly size: number
  /**
   * Traits by number, all below `end`: how many products have one, of what kind it is, and which of them, kind by kind and
   * each once, are in a set that products have together.
   */
  readonly traits: {
    readonly end: number
    countOf(number: number): number
    kindOf(number: number): number
    inSet(set: number): Int32Array
  }
  /** Sales channel ids that products have together. */
  readonly channelSets: { idsOf(number: number): readonly string[] }
  /** Category ids that products have together, most specific last. */
  readonly categorySets: { idsOf(number: number): readonly string[] }
  get(id: string): ProductCard | undefined
}

/** The catalogue in memory: read on every request, so every look-up is a map access. */
export interface Catalog {
  readonly size: number
  /** Grows with every change, so that dependants know when to rebuild. */
  readonly version: number
  /** Of every product what filters and rankers ask. */
  readonly cards: Cards
  get(id: string): Product | undefined
  has(id: string): boolean
  all(): IterableIterator<Product>
}
