/**
 * Events that one `serve` takes durably per second, and what one `consume` handles: batches of 10, the sender on the
 * same machine.
 *
 *     node benchmark/streaming/ingest.mjs [--transport embedded|redis|kafka] [--seconds 20] [--connections 32]
 */
import os from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import autocannon from "autocannon"
import pg from "pg"
import { endChildrenWithMe } from "../../scripts/lib/run.mjs"
import { Shop } from "../../scripts/lib/shop.mjs"
import { cpuSeconds, headersOf, views } from "./lib.mjs"

const { values: flags } = parseArgs({
  options: {
    transport: { type: "string" },
    seconds: { type: "string", default: "20" },
    connections: { type: "string", default: "32" },
    batch: { type: "string", default: "10" },
  },
})
endChildrenWithMe()
for (const transport of flags.transport ? [flags.transport] : ["embedded", "redis", "kafka"])
  await measure(transport)
process.exit(0)

async function measure(transport) {
  const logs = path.join(os.tmpdir(), `ingest-${transport}`)
  const shop = await Shop.open({
    database: "ingest",
    logs,
    transport,
    options: { events: { queueSize: 100_000 } },
  })
  try {
    const door = await shop.role("serve", "serve")
    const helpers = transport === "embedded" ? [] : [await shop.role("consume", "consume")]
    await Promise.all([door, ...helpers].map((role) => role.start()))
    await door.whole()
    await load(door, shop, 3)
    const before = await stored(shop)
    const cpuBefore = cpuSeconds(door.pid)
    const { result, sent } = await load(door, shop, Number(flags.seconds))
    const cpu = (cpuSeconds(door.pid) - cpuBefore) / result.duration
    const accepted = result["2xx"] * Number(flags.batch)
    const settled = await settle(shop, before + accepted)
    console.log(
      `${transport.padEnd(8)}  ${Math.round(accepted / result.duration)} events/s acknowledged ` +
        `(${result["2xx"]} × 202, ${result.non2xx} others, ${result.errors} errors of ${sent}), ` +
        `p50 ${result.latency.p50} ms, p99 ${result.latency.p99} ms a batch; serve used ${(100 * cpu).toFixed(0)} % ` +
        `of a core; all in PostgreSQL ${settled.toFixed(1)} s later (${shop.services})`
    )
  } finally {
    await shop.stop()
  }
}

async function load({ url }, { publishableKey, products }, duration) {
  const ids = products.map(({ id }) => id)
  const batch = Number(flags.batch)
  let sent = 0
  const result = await autocannon({
    url: `${url}/store/personalization/events`,
    method: "POST",
    headers: headersOf(publishableKey),
    connections: Number(flags.connections),
    duration,
    requests: [
      {
        setupRequest: (request) => {
          sent++
          return { ...request, body: JSON.stringify({ events: views(batch, ids, "ingest") }) }
        },
      },
    ],
  })
  return { result, sent }
}

async function stored(shop) {
  const client = new pg.Client(shop.databaseUrl)
  await client.connect()
  const { rows } = await client.query("SELECT count(*)::int AS count FROM personalization.events")
  await client.end()
  return rows[0].count
}

/** Seconds until the archive has them all. */
async function settle(shop, expected) {
  const began = performance.now()
  while ((await stored(shop)) < expected) {
    if (performance.now() - began > 300_000) throw new Error(`the archive never came to ${expected} events`)
    await sleep(500)
  }
  return (performance.now() - began) / 1_000
}
