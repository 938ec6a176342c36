/** Who tells us: the shopper's browser, or the shop itself. */
export type Origin = "browser" | "server"

/**
 * One kind of event: its name, who may send it and what it must carry.
 * Fields that every event has are checked by the envelope.
 */
export interface EventType {
  /** GA4's name where GA4 has one. */
  name: string
  /** Other names for it: Segment's v2 ecommerce names. */
  aliases?: readonly string[]
  origins: readonly Origin[]
  /** What a sender who may not send it is told. */
  refusal?: string
  /** Fields that must be present. */
  needs?: readonly ("items" | "visitor_id" | "consent" | "placement")[]
  /** A number it is about, in `properties`; `value` is taken when the property is missing. */
  number?: { property: string; min: number; max: number }
  /** A text it is about, in `properties`; `alias` is GA4's name of it. */
  text?: { property: string; alias: string; maxLength: number }
}

export const ANYONE: readonly Origin[] = ["browser", "server"]
export const SHOP_ONLY: readonly Origin[] = ["server"]

/** Longest dwell or hover that is believed: a day, ms. */
export const DAY_MS = 86_400_000
