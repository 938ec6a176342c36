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
 * What a request asks of hundreds of products, by their numbers: a product itself lies scattered over the memory, and so do
 * the ways to it from its id. A number is its product's own for as long as the process runs, also when that is gone or back.
 */
export interface Cards {
  /** Every number lies below it. */
  readonly end: number
  /** How many there are. */
  readonly size: number
  /** Number of a product, counted from 0; −1 when it is not there. */
  numberOf(id: string): number
  /** Published, and not gone. */
  isListed(number: number): boolean
  isInStock(number: number): boolean
  /** Which of `channelSets` it is sold in. */
  channelsOf(number: number): number
  /** Which of `categorySets` it belongs to. */
  categoriesOf(number: number): number
  /** Which set of `traits` it has: brand, type, collection, tags, values of options. */
  traitsOf(number: number): number
  /** ms since the epoch */
  createdAt(number: number): number
  /** Lowest variant price in the store's default currency, major units; 0 when unknown. */
  priceOf(number: number): number
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
