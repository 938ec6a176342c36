import { deviceOf } from "./device"
import { headerOf, type Headers } from "./headers"
import type { RequestContext } from "./request-context"

/** The first language of Accept-Language, e.g. `de-AT`, or undefined. */
export function localeOf(headers: Headers): string | undefined {
  const first = headerOf(headers, "accept-language")?.split(",", 1)[0].split(";", 1)[0].trim()
  return first && /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(first) ? first : undefined
}

/** What the headers tell of the shopper's device and language; what they do not tell is undefined. Pure. */
export function contextFromHeaders(headers: Headers): Pick<RequestContext, "device" | "locale"> {
  return { device: deviceOf(headers), locale: localeOf(headers) }
}
