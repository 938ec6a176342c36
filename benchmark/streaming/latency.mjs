/**
 * From a click to a changed list: the time from the 202 of a product view to the first answer that shows it.
 *
 *     node benchmark/streaming/latency.mjs [--transport embedded|redis|kafka] [--clicks 200]
 *
 * Embedded is one Medusa server; the others are one `serve` and one `consume`.
 */
import os from "node:os"
import path from "node:path"
import { parseArgs } from "node:util"
import { endChildrenWithMe } from "../../scripts/lib/run.mjs"
import { Shop } from "../../scripts/lib/shop.mjs"
import { askFor, headersOf, ms, quantiles, views } from "./lib.mjs"

const { values: flags } = parseArgs({
  options: { transport: { type: "string" }, clicks: { type: "string", default: "200" } },
})
endChildrenWithMe()
for (const transport of flags.transport ? [flags.transport] : ["embedded", "redis", "kafka"])
  await measure(transport)
process.exit(0)

async function measure(transport) {
  const logs = path.join(os.tmpdir(), `latency-${transport}`)
  const shop = await Shop.open({
    database: "latency",
    logs,
    transport,
    options: { events: { consume: false } },
  })
  try {
    const door = await shop.role("door", transport === "embedded" ? "medusa" : "serve")
    const helpers = transport === "embedded" ? [] : [await shop.role("consume", "consume")]
    await Promise.all([door, ...helpers].map((role) => role.start()))
    await door.whole()
    const times = []
    let answers = 0
    for (let n = 0; n < Number(flags.clicks) + 20; n++) {
      const { time, asked } = await click(door.url, shop, n)
      // The first ones warm up.
      if (n >= 20) {
        times.push(time)
        answers += asked
      }
    }
    const { p50, p95, max } = quantiles(times)
    const each = (answers / times.length).toFixed(1)
    console.log(
      `${transport.padEnd(8)}  p50 ${ms(p50)}, p95 ${ms(p95)}, max ${ms(max)} (${times.length} clicks, ` +
        `${each} answers each; ${shop.services})`
    )
  } finally {
    await shop.stop()
  }
}

async function click(url, { publishableKey, products }, n) {
  const visitor = `latency-${Date.now()}-${n}`
  const product = products[n % products.length].id
  const event = { ...views(1, [product], "latency")[0], visitor_id: visitor, session_id: visitor }
  const answer = await fetch(`${url}/store/personalization/events`, {
    method: "POST",
    headers: headersOf(publishableKey),
    body: JSON.stringify({ events: [event] }),
  })
  const { accepted } = await answer.json()
  if (answer.status !== 202 || accepted !== 1) throw new Error(`the event was not taken: ${answer.status}`)
  const began = performance.now()
  for (let asked = 1; performance.now() - began < 10_000; asked++) {
    const list = await fetch(
      `${url}/store/personalization/recommendations?placement=recently-viewed&limit=6`,
      {
        headers: askFor(visitor, publishableKey),
      }
    )
    const { items } = await list.json()
    const shown = items?.some((item) => item.product_id === product && item.reason.code === "recently_viewed")
    if (shown) return { time: performance.now() - began, asked }
  }
  throw new Error(`no list has shown ${product} ten seconds after the click`)
}
