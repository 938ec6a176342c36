import { isRobot } from "./robots"

const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"

describe("isRobot", () => {
  it.each([
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "GPTBot/1.2",
    "Scrapy/2.11 (+https://scrapy.org)",
    `${CHROME} (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)`,
  ])("knows the crawler %s", (userAgent) => expect(isRobot(userAgent)).toBe(true))

  it.each([
    undefined,
    `${CHROME} Chrome/130.0.0.0 Safari/537.36`,
    `${CHROME} HeadlessChrome/130.0.0.0 Safari/537.36`,
    "okhttp/4.12.0",
    "node",
    "undici",
    "python-requests/2.32",
    "curl/8.5.0",
    "Dart/3.1 (dart:io)",
  ])("takes %s for a shopper", (userAgent) => expect(isRobot(userAgent)).toBe(false))
})
