/**
 * Recommendations that `serve` gives per second, over HTTP, the callers on the same machine; and the processor time of each,
 * by who has used it.
 *
 *     node benchmark/streaming/serve.mjs [--products 100000] [--sessions 30000] [--seconds 20] [--connections 10]
 *         [--transport redis|kafka|embedded] [--placement home-for-you] [--index auto|exact|faiss] [--rate 200]
 *         [--workers 2] [--warm 10]
 */
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { parseArgs } from "node:util"
import autocannon from "autocannon"
import { endChildrenWithMe } from "../../scripts/lib/run.mjs"
import { openLargeShop, someOf } from "./large-shop.mjs"
import { askFor, childrenOf, cpuOfAll, cpuSeconds, headersOf, memoryOfAll, settled, views } from "./lib.mjs"

const { values: flags } = parseArgs({
  options: {
    products: { type: "string", default: "100000" },
    sessions: { type: "string", default: "30000" },
    seconds: { type: "string", default: "20" },
    connections: { type: "string", default: "10" },
    transport: { type: "string", default: "redis" },
    placement: { type: "string" },
    index: { type: "string", default: "auto" },
    rate: { type: "string" },
    workers: { type: "string", default: "1" },
    warm: { type: "string", default: "10" },
  },
})
endChildrenWithMe()
const logs = path.join(os.tmpdir(), "serve-benchmark")
const shop = await openLargeShop({
  products: flags.products,
  sessions: flags.sessions,
  transport: flags.transport,
  logs,
  options: { events: { consume: false }, retrieval: { index: flags.index } },
})
try {
  const door = await shop.role("serve", "serve", { WORKERS: flags.workers })
  const helpers = flags.transport === "embedded" ? [] : [await shop.role("consume", "consume")]
  await Promise.all([door, ...helpers].map((role) => role.start()))
  await door.whole()
  const products = someOf(flags.products)
  await shoppersLookAround(door, products)
  await settled(door.pid)
  for (const placement of flags.placement ? [flags.placement] : ["home-for-you", "pdp-similar", "trending"]) {
    await load(door, placement, products, Number(flags.warm))
    const before = cpuByPart(door)
    const result = await load(door, placement, products, Number(flags.seconds))
    const each = Object.entries(cpuByPart(door)).map(
      ([part, cpu]) => `${part} ${((1_000 * (cpu - before[part])) / result.requests.total).toFixed(2)}`
    )
    const { p50, p99, max } = result.latency
    console.log(
      `${placement.padEnd(13)}  ${Math.round(result.requests.total / result.duration)} requests/s ` +
        `(${result["2xx"]} × 200, ${result.non2xx} others, ${result.errors} errors), p50 ${p50} ms, p99 ${p99} ms, ` +
        `max ${max} ms; ms of processor time each: ${each.join(", ")}; ${memoryOfAll(door.pid).toFixed(0)} MB`
    )
  }
} finally {
  await shop.stop()
}
process.exit(0)

/** Processor seconds used until now. */
function cpuByPart({ pid }) {
  const own = [pid, ...childrenOf(pid)]
  const sum = (pids) => pids.reduce((seconds, one) => seconds + cpuSeconds(one), 0)
  const isFaiss = (one) => fs.readFileSync(`/proc/${one}/cmdline`, "utf8").includes("faiss")
  const { user, system } = process.cpuUsage()
  const redis = shop.redis && Number(fs.readFileSync(path.join(logs, "redis", "redis.pid"), "utf8"))
  return {
    serve: sum(own.filter((one) => !isFaiss(one))),
    FAISS: sum(own.filter(isFaiss)),
    callers: (user + system) / 1e6,
    ...(redis && { Redis: cpuSeconds(redis) }),
    PostgreSQL: cpuOfAll(shop.postgres.pid),
  }
}

/** A thousand shoppers with a past, so that lists are personal. */
async function shoppersLookAround({ url }, products) {
  for (let i = 0; i < 40; i++) {
    const answer = await fetch(`${url}/store/personalization/events`, {
      method: "POST",
      headers: headersOf(shop.publishableKey),
      body: JSON.stringify({ events: views(250, products, "serve") }),
    })
    if (answer.status !== 202)
      throw new Error(`events were not taken: ${answer.status} ${await answer.text()}`)
  }
}

function load({ url }, placement, products, duration) {
  let n = 0
  return autocannon({
    url,
    connections: Number(flags.connections),
    duration,
    ...(flags.rate && { overallRate: Number(flags.rate) }),
    requests: [
      {
        setupRequest: (request) => {
          const product = placement.startsWith("pdp") ? `&product_id=${products[n % products.length]}` : ""
          return {
            ...request,
            path: `/store/personalization/recommendations?placement=${placement}&limit=8${product}`,
            headers: askFor(`serve-${n++ % 997}`, shop.publishableKey),
          }
        },
      },
    ],
  })
}
