import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core"

const SCREENSHOTS = join(__dirname, "../../reports/screenshots")

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

/** Debian's Chromium; another one by `PERSONALIZATION_CHROMIUM`. */
export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env.PERSONALIZATION_CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS,
  })

/** A new shopper's browser, and whatever it complains about. */
export async function newShopper(
  browser: Browser,
  viewport = { width: 1280, height: 900 }
): Promise<{ context: BrowserContext; page: Page; complaints: string[] }> {
  // Chromium without a window calls itself HeadlessChrome, which the server takes for the robot that it is.
  const chrome = `Chrome/${browser.version().split(".")[0]}.0.0.0`
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) ${chrome} Safari/537.36`
  const context = await browser.newContext({ viewport, userAgent, reducedMotion: "reduce" })
  const complaints: string[] = []
  context.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} (${message.location().url})`)
  })
  context.on("weberror", (error) => complaints.push(String(error.error())))
  return { context, page: await context.newPage(), complaints }
}

/** Writes `reports/screenshots/<name>.png`, for people to look at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true })
}

/**
 * `describe` when all variables are set. Otherwise the tests are skipped with a line that says how to get them;
 * in CI they fail, for there a missing demo is a mistake.
 */
export function describeWith(
  names: readonly string[],
  remedy: string,
  title: string,
  body: () => void
): void {
  const missing = names.filter((name) => !process.env[name])
  if (!missing.length) return describe(title, body)
  const why = `${title} skipped: ${missing.join(", ")} not set; ${remedy}`
  if (process.env.CI === "true") {
    test(title, () => {
      throw new Error(why)
    })
    return
  }
  console.warn(why)
  describe.skip(title, body)
}
