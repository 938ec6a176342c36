import { isbot } from "isbot"

/**
 * Programs that people run, not crawlers: HTTP libraries are how native apps and a storefront's own server send a
 * shopper's events on, and a headless browser that has agreed to the consent banner is somebody's test of their shop.
 */
const CLIENTS =
  /HeadlessChrome|^(node|undici|node-fetch|node-superagent|axios|got|bun|deno|next\.js middleware|curl|wget|okhttp|java|apache-httpclient|go-http-client|python|aiohttp|guzzlehttp|postmanruntime|insomnia)\b/i

/** Is this user agent a crawler's? Nothing is known of a sender without one, so it is taken for a shopper. */
export const isRobot = (userAgent: string | undefined): boolean =>
  userAgent !== undefined && isbot(userAgent) && !CLIENTS.test(userAgent)
