import type { Place } from "./place"
import type { Weather } from "./weather-provider.port"

/** The situation in which a list is asked for. Built at the edge, read by every later stage. */
export interface RequestContext extends Place {
  /** ms since the epoch */
  now: number
  device?: "mobile" | "tablet" | "desktop"
  locale?: string
  currency?: string
  regionId?: string
  /** Channels of the publishable key; empty means no restriction. */
  salesChannelIds: readonly string[]
  weather?: Weather
  /** Kinds of what is on near the shopper, or begins there within a day, e.g. `concert`; each once, in order. */
  localEvents?: readonly string[]
}
