import type { ProductCards } from "./product-cards"

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
  variants: { id: string; available: boolean; price?: number }[]
  /** Some variant can be bought now. */
  inStock: boolean
  /** Lowest variant price in the store's default currency, major units. */
  price?: number
  metadata?: Record<string, unknown>
  /** ms since the epoch */
  createdAt: number
  updatedAt: number
}

/** The catalogue in memory: read on every request, so every look-up is a map access. */
export interface Catalog {
  readonly size: number
  /** Grows with every change, so that dependants know when to rebuild. */
  readonly version: number
  /** Of every product what filters and rankers ask. */
  readonly cards: Pick<ProductCards, "get" | "end" | "channelSets" | "categorySets">
  get(id: string): Product | undefined
  has(id: string): boolean
  all(): IterableIterator<Product>
}
