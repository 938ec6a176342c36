import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { launch, newShopper } from "./chromium"

const SDK = join(__dirname, "../../packages/storefront")

interface Received {
  event_id: string
  type: string
  properties?: Record<string, unknown>
}

/** The SDK in a real browser, against a server that can be told to fail. */
describe("the storefront SDK in Chromium", () => {
  let server: Server
  let browser: Browser
  let url: string
  let received: Received[]
  let requests: string[]
  let status: number

  beforeAll(async () => {
    if (!existsSync(join(SDK, "dist/index.js"))) execFileSync(process.execPath, [join(SDK, "build.mjs")])
    server = createServer(async (req, res) => {
      const path = req.url!
      if (path.startsWith("/sdk/")) {
        res.writeHead(200, { "content-type": "text/javascript" })
        return res.end(readFileSync(join(SDK, "dist", path.slice(5))))
      }
      if (path.startsWith("/store/") || path.startsWith("/personalization/")) {
        let body = ""
        for await (const chunk of req) body += chunk
        requests.push(path)
        if (status < 300 && path.includes("/events")) received.push(...JSON.parse(body).events)
        res.writeHead(status, { "content-type": "application/json" })
        return res.end("{}")
      }
      res.writeHead(200, { "content-type": "text/html" })
      return res.end(`<!doctype html><link rel="icon" href="data:,"><main data-mp-view="p1">A product</main>
        <script type="module">
          import { createClient, startCapture } from "/sdk/index.js"
          window.client = createClient({ baseUrl: location.origin, publishableKey: "pk_1" })
          startCapture(client)
        </script>`)
    })
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    browser = await launch()
  }, 60_000)

  afterAll(async () => {
    await browser?.close()
    server?.closeAllConnections()
    server?.close()
  })

  beforeEach(() => {
    received = []
    requests = []
    status = 202
  })

  const open = async (page: Page) => {
    await page.goto(url)
    await page.waitForFunction("window.client")
  }
  const search = (page: Page, from: number, count: number) =>
    page.evaluate(
      `for (let n = ${from}; n < ${from + count}; n++) client.track.search({ properties: { query: "q" + n } })`
    )
  const queries = () =>
    received.filter(({ type }) => type === "search").map(({ properties }) => properties!.query)
  const numbered = (count: number) => Array.from({ length: count }, (_, n) => `q${n}`)
  const until = async (condition: () => boolean) => {
    for (let tries = 0; tries < 200 && !condition(); tries++)
      await new Promise((next) => setTimeout(next, 50))
  }

  it("leaves no trace without consent", async () => {
    const { context, page } = await newShopper(browser)
    await open(page)
    await search(page, 0, 12)
    await page.evaluate("client.flush()")
    expect(requests).toEqual([])
    expect(await page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length")).toBe(
      0
    )
    await context.close()
  }, 30_000)

  it("loses and doubles nothing between offline and online", async () => {
    const { context, page } = await newShopper(browser)
    await open(page)
    await page.evaluate("client.consent.set(true)")
    await context.setOffline(true)
    await search(page, 0, 120)
    await page.evaluate("client.flush()")
    expect(queries()).toEqual([])
    await context.setOffline(false)
    await until(() => queries().length >= 120)
    await page.evaluate("client.flush()")
    expect(queries()).toEqual(numbered(120))
    await context.close()
  }, 30_000)

  it("keeps its queue over a reload and loses no event of two tabs, nor gives one a second id", async () => {
    const { context, page } = await newShopper(browser)
    await open(page)
    await page.evaluate("client.consent.set(true)")
    status = 503
    await search(page, 0, 15)
    await page.evaluate("client.flush()")
    const other = await context.newPage()
    await open(other)
    await search(other, 15, 15)
    await page.reload()
    await page.waitForFunction("window.client")
    expect(queries()).toEqual([])
    status = 202
    await until(() => queries().length >= 30)
    await Promise.all([page.evaluate("client.flush()"), other.evaluate("client.flush()")])
    // A tab may read the queue before the other's removal of what it sent has come through (Chromium hands on
    // localStorage between processes late), so the server's rule is taken: an id counts once.
    const once = new Map(
      received
        .filter(({ type }) => type === "search")
        .map((event) => [event.event_id, event.properties!.query])
    )
    expect([...once.values()].sort()).toEqual(numbered(30).sort())
    await context.close()
  }, 30_000)

  it("sends what a page has seen when it is left", async () => {
    const { context, page } = await newShopper(browser)
    await open(page)
    await page.evaluate("client.consent.set(true)")
    await page.waitForTimeout(1200)
    await page.goto("about:blank")
    await until(() => received.some(({ type }) => type === "dwell"))
    expect(received.map(({ type }) => type)).toEqual(expect.arrayContaining(["view_item", "dwell"]))
    await context.close()
  }, 30_000)
})
