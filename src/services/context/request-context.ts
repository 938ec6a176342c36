/** The situation in which a list is asked for. Built at the edge, read by every later stage. */
export interface RequestContext {
  /** ms since the epoch */
  now: number
  device?: "mobile" | "tablet" | "desktop"
  /** ISO 3166-1 alpha-2, upper case */
  country?: string
  locale?: string
  currency?: string
  regionId?: string
  /** Channels of the publishable key; empty means no restriction. */
  salesChannelIds: readonly string[]
  /** Minutes east of UTC. */
  tzOffset?: number
}
