/**
 * Kills and starves a shop on Redis or Kafka while events flow, and compares what came of it with the sender's ledger:
 * no acknowledged event may be lost, none may count twice, and every list must be answered meanwhile.
 *
 *     npm start -- --once          # once: makes the demo's shop and its production build
 *     node scripts/fault-test.mjs  [--transport kafka|redis] [--events 200000] [--kills 50] [--outage-seconds 30]
 *
 * Runs one Medusa server, two `serve` and two `consume` on a copy of the demo's database; PostgreSQL, Redis and Kafka
 * are its own and gone afterwards.
 */
import { randomInt } from "node:crypto"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import pg from "pg"
import { endChildrenWithMe, run } from "./lib/run.mjs"
import { ROOT, Shop } from "./lib/shop.mjs"
import { Prober } from "./fault-test/prober.mjs"
import { Sender } from "./fault-test/sender.mjs"

const { values: flags } = parseArgs({
  options: {
    transport: { type: "string", default: "kafka" },
    events: { type: "string", default: "200000" },
    kills: { type: "string", default: "50" },
    "outage-seconds": { type: "string", default: "30" },
    "per-second": { type: "string", default: "900" },
    logs: { type: "string", default: path.join(os.tmpdir(), "fault-test") },
  },
})
const begun = performance.now()
const say = (line) => console.log(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}`)

if (!["kafka", "redis"].includes(flags.transport)) throw new Error("--transport is kafka or redis")
fs.rmSync(flags.logs, { recursive: true, force: true })
endChildrenWithMe()

const shop = await Shop.open({
  database: "fault_test",
  logs: flags.logs,
  transport: flags.transport,
  options: { events: { consume: false } },
  say,
})
const { redis, kafka } = shop
say(shop.services)
const medusaServer = await shop.role("medusa", "medusa")
const serves = [await shop.role("serve-1", "serve"), await shop.role("serve-2", "serve")]
const consumers = [await shop.role("consume-1", "consume"), await shop.role("consume-2", "consume")]
const { roles } = shop

let ok = false
try {
  ok = await test()
} catch (error) {
  console.error(`fault-test: ${error.stack}`)
}
await shop.stop()
say(ok ? "nothing lost, nothing doubled, nothing unanswered" : `not all is well; logs are in ${flags.logs}`)
process.exit(ok ? 0 : 1)

async function test() {
  await Promise.all(roles.map((one) => one.start()))
  say("Medusa, 2 × serve and 2 × consume are up")
  const runId = `fault-${Date.now()}`
  const sender = new Sender({
    doors: [medusaServer, ...serves].map(({ url }) => url),
    key: shop.publishableKey,
    products: shop.products.slice(0, 300).map(({ id }) => id),
    events: Number(flags.events),
    run: runId,
    at: Date.now() - 60_000,
    perSecond: Number(flags["per-second"]),
  })
  const prober = new Prober({
    doors: serves.map(({ url }) => url),
    key: shop.publishableKey,
    product: shop.products[0].id,
    visitors: (n) => `${runId}-${n % 997}`,
  })
  const probing = prober.run()
  const breaking = Promise.all([killing(sender), outages()])
  const sent = sender.send(16).then(() => say(`all ${flags.events} events are acknowledged`))
  const stuck = setInterval(() => say(`${sender.acknowledged.size} acknowledged`), 30_000)
  const [, [, told]] = await Promise.all([sent, breaking])
  clearInterval(stuck)
  prober.stop()
  await probing
  say([...sender.answers].map(([answer, count]) => `${count} × ${answer}`).join(", "))
  for (const [fault, first] of sender.faults) say(`from ${first}: ${fault}`)
  say(prober.report())
  const complete = await settled(sender)
  return complete && told && prober.failed === 0 && prober.empty.size === 0
}

/** Kills in turn, as the events flow; never both `serve` at once. What has just been killed may be killed again. */
async function killing(sender) {
  const kills = Number(flags.kills)
  const turn = [consumers[0], serves[0], consumers[1], serves[1], medusaServer]
  for (let n = 0; n < kills; n++) {
    const victim = turn[n % turn.length]
    // Spread over the events, and over the outages, in which few flow.
    const share = (n / kills) * Number(flags.events)
    for (const until = Date.now() + 8_000; sender.acknowledged.size < share && Date.now() < until;)
      await sleep(50)
    await sleep(randomInt(1_500))
    if (serves.includes(victim)) await Promise.all(serves.map((one) => one.ready()))
    victim.kill()
  }
  say(`${kills} kills: ${roles.map((one) => `${one.name} ${one.kills}`).join(", ")}`)
}

/** Takes away one service after the other. @returns {Promise<boolean>} did health say so, and did all heal? */
async function outages() {
  const seconds = Number(flags["outage-seconds"])
  let told = true
  const away = async (name, check, down, up) => {
    await sleep(10_000)
    say(`${name} is away`)
    await down()
    await sleep(seconds * 500)
    const said = await health()
    const noticed = said.some(
      ({ status, checks }) => status === "degraded" && failing(checks).includes(check)
    )
    await sleep(seconds * 500)
    await up()
    const healed = await healthy()
    say(
      `${name} is back; health said ${noticed ? "degraded meanwhile" : `${JSON.stringify(said)}, not degraded`}, ` +
        `${healed === undefined ? "and is not ok after a minute" : `and was ok after ${healed.toFixed(1)} s`}`
    )
    told &&= noticed && healed !== undefined
  }
  await away(
    "Redis",
    "redis",
    () => redis.kill("SIGKILL"),
    () => redis.restart()
  )
  if (kafka) {
    await away(
      "Kafka",
      "kafka",
      () => kafka.kill("SIGKILL"),
      () => kafka.restart()
    )
  }
  await away(
    "PostgreSQL",
    "database",
    () => shop.postgres.stop(),
    () => shop.restartPostgres()
  )
  return told
}

function failing(checks) {
  return checks.filter(({ ok: passed }) => !passed).map(({ name }) => name)
}

/** Of the `serve` processes that answer. */
async function health() {
  return (await Promise.all(serves.map((one) => one.healthNow()))).filter((one) => one?.checks)
}

/** Seconds until both `serve` say ok; undefined when that takes longer than a minute. */
async function healthy() {
  const began = performance.now()
  while (performance.now() - began < 60_000) {
    const said = await health()
    if (said.length === serves.length && said.every(({ status }) => status === "ok"))
      return (performance.now() - began) / 1_000
    await sleep(250)
  }
  return undefined
}

/** Waits until the consumers are through, then compares. */
async function settled(sender) {
  let found
  for (const until = Date.now() + 180_000; Date.now() < until; await sleep(2_000)) {
    found = await compare(sender)
    if (found.lost === 0 && found.missing === 0) break
  }
  // Late duplicates would still come now.
  await sleep(5_000)
  found = await compare(sender)
  say(
    `${sender.acknowledged.size} acknowledged, ${found.stored} stored: ${found.lost} lost, ${found.doubled} doubled; ` +
      `features: ${found.missing} events missing, ${found.tooMany} counted twice, in ${found.counters} counters`
  )
  return found.lost === 0 && found.doubled === 0 && found.missing === 0 && found.tooMany === 0
}

async function compare({ acknowledged, byProduct, byVisitor, options: { run: runId } }) {
  const client = new pg.Client(shop.databaseUrl)
  await client.connect()
  const { rows } = await client.query(
    `SELECT event_id FROM personalization.events WHERE body->'properties'->>'run' = $1`,
    [runId]
  )
  await client.end()
  const stored = new Set(rows.map(({ event_id }) => event_id))
  const lost = [...acknowledged].filter((id) => !stored.has(id)).length
  const asked = JSON.stringify({ products: [...byProduct.keys()], visitors: [...byVisitor.keys()] })
  const { code, output } = await run(
    "node",
    ["--import", "tsx", "scripts/fault-test/read-features.ts", asked],
    {
      cwd: ROOT,
      env: shop.env,
    }
  )
  if (code !== 0) throw new Error(`the features cannot be read:\n${output}`)
  const counted = JSON.parse(output.trim().split("\n").at(-1))
  let missing = 0
  let tooMany = 0
  for (const [ledger, features] of [
    [byProduct, counted.products],
    [byVisitor, counted.visitors],
  ])
    for (const [id, expected] of ledger) {
      const difference = features[id] - expected
      if (difference < -0.5) missing -= difference
      if (difference > 0.5) tooMany += difference
    }
  return {
    stored: rows.length,
    lost,
    doubled: rows.length - stored.size,
    missing: Math.round(missing),
    tooMany: Math.round(tooMany),
    counters: byProduct.size + byVisitor.size,
  }
}
