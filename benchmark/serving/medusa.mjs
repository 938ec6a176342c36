/**
 * Latency of lists through Medusa's own server, beside a plain route of the same store in the same run: both by turns, so
 * that whatever else the machine does strikes both. Needs the demo's production build (`npm start -- --once`).
 *
 *     node benchmark/serving/medusa.mjs [--rounds 10] [--requests 100] [--callers 1]
 */
import os from "node:os"
import path from "node:path"
import { parseArgs } from "node:util"
import { endChildrenWithMe } from "../../scripts/lib/run.mjs"
import { Shop } from "../../scripts/lib/shop.mjs"
import { askFor, headersOf, quantiles, views } from "../streaming/lib.mjs"

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    requests: { type: "string", default: "100" },
    callers: { type: "string", default: "1" },
  },
})
endChildrenWithMe()
const shop = await Shop.open({ database: "medusa_latency", logs: path.join(os.tmpdir(), "medusa-benchmark") })
try {
  const door = await shop.role("door", "medusa")
  await door.start()
  await door.whole()
  const { publishableKey, products } = shop
  const ids = products.map(({ id }) => id)
  for (let i = 0; i < 10; i++) {
    const body = JSON.stringify({ events: views(100, ids, "medusa") })
    await fetch(`${door.url}/store/personalization/events`, {
      method: "POST",
      headers: headersOf(publishableKey),
      body,
    })
  }
  const key = { "x-publishable-api-key": publishableKey }
  const { regions } = await (await fetch(`${door.url}/store/regions`, { headers: key })).json()
  const priced = `&region_id=${regions[0].id}`
  let n = 0
  const recommendations = (placement) => () => [
    `/store/personalization/recommendations?placement=${placement}&limit=12${priced}`,
    askFor(`medusa-${n++ % 499}`, publishableKey),
  ]
  const routes = {
    "store products": () => [`/store/products?limit=12${priced}`, key],
    "store regions": () => [`/store/regions`, key],
    "home-for-you": recommendations("home-for-you"),
    trending: recommendations("trending"),
  }
  for (const callers of flags.callers.split(",").map(Number)) {
    const times = Object.fromEntries(Object.keys(routes).map((name) => [name, []]))
    for (let round = -2; round < Number(flags.rounds); round++)
      for (const [name, route] of Object.entries(routes)) {
        const found = await asked(door.url, route, callers)
        // The first rounds warm up.
        if (round >= 0) times[name].push(...found)
      }
    for (const [name, found] of Object.entries(times)) {
      const { p50, p95, p99 } = quantiles(found)
      const ratio = p50 / quantiles(times["store products"]).p50
      console.log(
        `${String(callers).padStart(2)} callers  ${name.padEnd(15)} p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, ` +
          `p99 ${p99?.toFixed(1) ?? "?"} ms; ${ratio.toFixed(2)} × store products at p50 (${found.length} requests)`
      )
    }
  }
} finally {
  await shop.stop()
}
process.exit(0)

/** Milliseconds of each request; so many callers share them. */
async function asked(url, route, callers) {
  const times = []
  let left = Number(flags.requests)
  const caller = async () => {
    while (left-- > 0) {
      const [at, headers] = route()
      const began = performance.now()
      const answer = await fetch(url + at, { headers })
      const text = await answer.text()
      if (answer.status !== 200) throw new Error(`${at} gave ${answer.status}: ${text.slice(0, 200)}`)
      times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return times
}
