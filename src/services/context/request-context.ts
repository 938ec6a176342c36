import type { LocalEvent } from "./local-events-provider.port"
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
  /** What is on near the shopper at this moment. */
  localEvents?: readonly LocalEvent[]
}
