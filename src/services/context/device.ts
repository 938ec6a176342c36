import Bowser from "bowser"
import { LRUCache } from "lru-cache"
import { headerOf, type Headers } from "./headers"
import type { RequestContext } from "./request-context"

export type Device = NonNullable<RequestContext["device"]>

/** Longer user agents are not parsed: the header is the client's to write, and parsing runs regular expressions. */
const MAX_USER_AGENT = 512
/** A few hundred browsers send almost all requests, and reading one's name takes as long as half a list. */
const known = new LRUCache<string, { device: Device | undefined }>({ max: 2_000 })

/**
 * Class of the shopper's device, or undefined when the headers do not say (robots, televisions, no header).
 * The client hint `Sec-CH-UA-Mobile` goes first, for browsers freeze their User-Agent
 * (https://wicg.github.io/ua-client-hints/); tablets on Android say `?0` there, so the platform decides.
 */
export function deviceOf(headers: Headers): Device | undefined {
  const mobile = headerOf(headers, "sec-ch-ua-mobile")
  if (mobile === "?1") return "mobile"
  if (mobile === "?0") return headerOf(headers, "sec-ch-ua-platform") === '"Android"' ? "tablet" : "desktop"
  const userAgent = headerOf(headers, "user-agent")
  if (!userAgent || userAgent.length > MAX_USER_AGENT) return undefined
  let read = known.get(userAgent)
  if (!read) known.set(userAgent, (read = { device: platformOf(userAgent) }))
  return read.device
}

function platformOf(userAgent: string): Device | undefined {
  const platform = Bowser.parse(userAgent).platform.type
  return platform === "mobile" || platform === "tablet" || platform === "desktop" ? platform : undefined
}
