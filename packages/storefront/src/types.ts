/** What a shopper has agreed to. Everything is denied until said otherwise. */
export interface Consent {
  /** Events may be sent, and an identifier and a queue kept in this browser. */
  analytics: boolean
  /** A profile may be kept for, and used on, this shopper. */
  personalization: boolean
  /** The shopper may be put into an experiment. */
  experimentation: boolean
  /** Events may be used to train models. */
  model_training: boolean
}

/** One product of an event. */
export interface EventItem {
  product_id: string
  variant_id?: string
  /** Slot in its list, from 0. */
  position?: number
  /** Unit price in major units of the event's `currency`. */
  price?: number
  quantity?: number
}

/** Where the shopper stands; sent with events and used as defaults of recommendation requests. */
export interface ShopContext {
  locale?: string
  /** ISO 4217, lower case as in Medusa. */
  currency?: string
  region_id?: string
  sales_channel_id?: string
  device?: "mobile" | "tablet" | "desktop"
  /** ISO 3166-1 alpha-2. */
  country?: string
  /** Minutes east of UTC. */
  tz_offset?: number
}

/** What a caller says about an event; the tracker adds ids, time, page, context and consent. */
export interface EventData {
  items?: EventItem[]
  /** Recommendation request that this event answers to. */
  request_id?: string
  placement?: string
  /** Slot in the recommended list, from 0. */
  slot?: number
  value?: number
  currency?: string
  page?: { type?: string; url_path?: string }
  /** Type-specific extras: `{ query }` of a search, `{ ms }` of a dwell, `{ percent }` of a scroll depth. */
  properties?: Record<string, string | number | boolean>
}

/**
 * Event types a browser may send. Cart and order facts are missing on purpose: the server takes them
 * from Medusa's own events, so a browser can neither forge nor double them.
 */
export const EVENT_TYPES = [
  "view_item",
  "view_item_list",
  "select_item",
  "view_cart",
  "begin_checkout",
  "search",
  "hover",
  "dwell",
  "scroll_depth",
  "rec_impression",
  "rating",
  "like",
  "dislike",
  "not_interested",
  "add_to_wishlist",
  "login",
] as const

export type EventType = (typeof EVENT_TYPES)[number]

/** `track.view_item({ items: [{ product_id }] })`; every type takes the same data. No-op without consent. */
export type Track = Record<EventType, (data?: EventData) => void>

export interface Reason {
  /** e.g. `viewed_together`, `bought_together`, `similar`, `session`, `trending`, `recently_viewed`. */
  code: string
  /** Short, true, in English; translate by `code`. */
  text: string
  /** Product id the reason refers to. */
  because?: string
}

export interface RecommendedVariant {
  id: string
  title?: string
  calculated_price?: { calculated_amount: number | null; currency_code: string | null } | null
}

export interface RecommendedProduct {
  id: string
  title: string
  handle: string
  thumbnail: string | null
  variants?: RecommendedVariant[]
}

export interface RecommendedItem {
  product_id: string
  variant_id?: string
  /** Comparable within one list only. */
  score: number
  reason: Reason
  product?: RecommendedProduct
}

/** One answered list. `request_id` ties impressions, clicks and purchases to it. */
export interface Recommendation {
  request_id: string
  placement: string
  title: string
  items: RecommendedItem[]
  /** Why the list did not come from the placement's own sources, if it did not. */
  fallback?: string
  model_version?: string
}

export interface RecommendationParams {
  productId?: string
  cartId?: string
  /** Items at most; the placement's own size if left out. */
  limit?: number
  /** Product ids to leave out. */
  exclude?: string[]
  /** Product fields, as in Medusa's product routes. */
  fields?: string
  signal?: AbortSignal
}

/** One list of a page, for `recommendationsPage`. */
export interface PageEntry {
  placement: string
  productId?: string
  cartId?: string
  limit?: number
}

/** An event that the server refused, with the reason. */
export interface RejectedEvent {
  index: number
  event_id: string | null
  code: string
  message: string
}
