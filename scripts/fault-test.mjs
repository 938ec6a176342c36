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
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import pg from "pg"
import { freePort, startPostgres } from "./lib/postgres.mjs"
import { endChildrenWithMe, run } from "./lib/run.mjs"
import { startKafka } from "./lib/services/kafka.mjs"
import { startRedis } from "./lib/services/redis.mjs"
import { Prober } from "./fault-test/prober.mjs"
import { Role } from "./fault-test/role.mjs"
import { Sender } from "./fault-test/sender.mjs"

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const { values: flags } = parseArgs({
  options: {
    transport: { type: "string", default: "kafka" },
    events: { type: "string", default: "200000" },
    kills: { type: "string", default: "50" },
    "outage-seconds": { type: "string", default: "30" },
    "per-second": { type: "string", default: "600" },
    logs: { type: "string", default: path.join(os.tmpdir(), "fault-test") },
  },
})
const begun = performance.now()
const say = (line) => console.log(`${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}`)

if (!["kafka", "redis"].includes(flags.transport)) throw new Error("--transport is kafka or redis")
const demo = path.join(root, ".demo")
if (!fs.existsSync(path.join(demo, "shop.json"))) {
  console.error("fault-test: there is no demo yet; make it with `npm start -- --once`")
  process.exit(1)
}
fs.rmSync(flags.logs, { recursive: true, force: true })
fs.mkdirSync(flags.logs, { recursive: true })
endChildrenWithMe()

const shop = JSON.parse(fs.readFileSync(path.join(demo, "shop.json"), "utf8"))
const DATABASE = "fault_test"
const postgresOptions = { dataDir: path.join(demo, "postgres"), port: await freePort() }
let postgres = await startPostgres(postgresOptions)
await postgres.createDatabase(DATABASE, { anew: true, template: "medusa" })
const redis = await startRedis({ directory: path.join(flags.logs, "redis") })
const kafka =
  flags.transport === "kafka"
    ? await startKafka({ directory: path.join(flags.logs, "kafka"), say })
    : undefined
say(`Redis ${redis.version}${kafka ? `, ${kafka.kind}` : ""}`)

const options = {
  redisUrl: redis.url,
  ...(kafka && { kafkaBrokers: kafka.brokers, kafka: { topicPrefix: "fault" } }),
  // One machine sends for a thousand shoppers.
  events: { consume: false, ratePerIp: 1e9, ratePerKey: 1e9, ratePerVisitor: 1e9 },
}
const env = {
  NODE_ENV: "production",
  DATABASE_URL: postgres.url(DATABASE),
  PERSONALIZATION_OPTIONS: JSON.stringify(options),
  JWT_SECRET: "fault-test",
  COOKIE_SECRET: "fault-test",
}
const server = path.join(demo, "server")
const cli = path.join(server, "src/cli/index.js")

async function role(name, command) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = command === "medusa" ? medusa(port) : [cli, command, "--port", String(port)]
  const health = `${url}/personalization/health/ready`
  return new Role({
    name,
    args,
    cwd: server,
    env: { ...env, PORT: String(port) },
    health,
    logs: flags.logs,
    url,
  })
}
const medusa = (port) => [
  path.join(root, "node_modules/@medusajs/cli/cli.js"),
  "start",
  "--port",
  String(port),
]

const medusaServer = await role("medusa", "medusa")
const serves = [await role("serve-1", "serve"), await role("serve-2", "serve")]
const consumers = [await role("consume-1", "consume"), await role("consume-2", "consume")]
const roles = [medusaServer, ...serves, ...consumers]

let ok = false
try {
  ok = await test()
} catch (error) {
  console.error(`fault-test: ${error.stack}`)
}
await Promise.all(roles.map((one) => one.stop()))
await kafka?.stop()
await redis.stop()
await postgres.stop()
say(ok ? "nothing lost, nothing doubled, nothing unanswered" : `not all is well; logs are in ${flags.logs}`)
process.exit(ok ? 0 : 1)

async function test() {
  await Promise.all(roles.map((one) => one.start()))
  say("Medusa, 2 × serve and 2 × consume are up")
  const runId = `fault-${Date.now()}`
  const sender = new Sender({
    doors: [medusaServer, ...serves].map(({ url }) => url),
    key: shop.publishableKey,
    products: Array.from({ length: 300 }, (_, i) => `${runId}-p${i}`),
    events: Number(flags.events),
    run: runId,
    at: Date.now() - 60_000,
    perSecond: Number(flags["per-second"]),
  })
  const prober = new Prober({
    doors: serves.map(({ url }) => url),
    key: shop.publishableKey,
    product: shop.products[0].id ?? shop.products[0],
    visitors: (n) => `${runId}-${n % 997}`,
  })
  const probing = prober.run()
  const chaos = new AbortController()
  const breaking = Promise.all([killing(chaos.signal), outages()])
  const sent = sender.send(16)
  sent.then(() => say(`all ${flags.events} events are acknowledged`))
  const stuck = setInterval(() => say(`${sender.acknowledged.size} acknowledged`), 30_000)
  await Promise.all([sent, breaking])
  clearInterval(stuck)
  chaos.abort()
  prober.stop()
  await probing
  say([...sender.answers].map(([answer, count]) => `${count} × ${answer}`).join(", "))
  say(prober.report())
  const difference = await settled(sender)
  return difference && prober.failed === 0 && prober.empty === 0
}

/** Kills in turn, each role as often as it can be brought back; never both `serve` at once. */
async function killing() {
  // A consumer and a serve come back in seconds, Medusa takes longer.
  const turn = [consumers[0], serves[0], consumers[1], serves[1], medusaServer]
  for (let n = 0; n < Number(flags.kills); n++) {
    const victim = turn[n % turn.length]
    await sleep(500 + randomInt(2_000))
    // What is down already cannot be killed, and one `serve` is to be there.
    if (serves.includes(victim)) await Promise.all(serves.map((one) => one.ready()))
    else if (victim !== medusaServer) await victim.ready()
    victim.kill()
  }
  say(`${flags.kills} kills: ${roles.map(({ name, kills }) => `${name} ${kills}`).join(", ")}`)
}

/** Takes away one service after the other. */
async function outages() {
  const seconds = Number(flags["outage-seconds"])
  const away = async (name, down, up) => {
    await sleep(10_000)
    say(`${name} is away`)
    await down()
    await sleep(seconds * 1_000)
    await up()
    say(`${name} is back`)
  }
  await away(
    "Redis",
    () => redis.kill("SIGKILL"),
    () => redis.restart()
  )
  if (kafka)
    await away(
      "Kafka",
      () => kafka.kill("SIGKILL"),
      () => kafka.restart()
    )
  const restart = async () => (postgres = await startPostgres(postgresOptions))
  await away("PostgreSQL", () => postgres.stop(), restart)
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
  const client = new pg.Client(postgres.url(DATABASE))
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
      cwd: root,
      env,
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
