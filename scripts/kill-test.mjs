/**
 * Kills the server in the middle of ingestion, ten times with SIGKILL, and compares what it had acknowledged
 * with what the database holds: nothing may be lost, nothing may be there twice.
 *
 *     node scripts/kill-test.mjs
 *
 * brings its own PostgreSQL and a small server of `Ingest` over `PostgresEventLog`. A real store:
 *
 *     node scripts/kill-test.mjs --start "npx medusa start" --url http://localhost:9000 \
 *       --key pk_… --database-url postgres://… [--schema personalization] [--kills 10] [--boot-seconds 180]
 */
import { spawn } from "node:child_process"
import { randomBytes, randomInt } from "node:crypto"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import pg from "pg"
import { freePort, removeCluster, startPostgres } from "./lib/postgres.mjs"
import { Sender } from "./kill-test/sender.mjs"

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const { values: flags } = parseArgs({
  options: {
    start: { type: "string" },
    url: { type: "string" },
    key: { type: "string" },
    "database-url": { type: "string" },
    schema: { type: "string", default: "personalization" },
    kills: { type: "string", default: "10" },
    senders: { type: "string", default: "8" },
    "batch-size": { type: "string", default: "20" },
    "boot-seconds": { type: "string", default: "60" },
    log: { type: "string", default: path.join(os.tmpdir(), "kill-test-server.log") },
  },
})

/** @type {{ command: string, args: string[], url: string, databaseUrl: string, stop: () => Promise<void> }} */
const target = flags.start ? await givenStore() : await ownServer()
const log = fs.openSync(flags.log, "w")
let server

for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => {
    kill()
    void target.stop().finally(() => process.exit(1))
  })
process.once("exit", kill)

let failed = true
try {
  failed = !(await test())
} catch (error) {
  console.error(`kill-test: ${error.message} (server log: ${flags.log})`)
} finally {
  kill()
  await target.stop()
}
process.exit(failed ? 1 : 0)

async function test() {
  const sender = new Sender({
    url: target.url,
    key: flags.key,
    batchSize: Number(flags["batch-size"]),
    run: `kill-test-${randomBytes(6).toString("hex")}`,
  })
  await boot()
  sender.start(Number(flags.senders))
  for (let round = 1; round <= Number(flags.kills); round++) {
    const before = sender.acknowledged.size
    // A moment that the sender cannot foresee, but never before the new server has taken something.
    while (sender.acknowledged.size === before) await sleep(20)
    await sleep(randomInt(200, 2_000))
    kill()
    console.log(
      `kill ${round}: ${sender.acknowledged.size} acknowledged, ${sender.retries} batches sent again`
    )
    await boot()
  }
  await sleep(500)
  await sender.finish()
  return compare(sender)
}

/** Starts the server in a process group of its own and waits until it answers. */
async function boot() {
  server = spawn(target.command, target.args, {
    cwd: process.cwd(),
    detached: true,
    stdio: ["ignore", log, log],
    shell: target.args.length === 0,
  })
  const until = Date.now() + 1_000 * Number(flags["boot-seconds"])
  while (Date.now() < until) {
    if (server.exitCode !== null) throw new Error(`the server ended with code ${server.exitCode}`)
    const alive = await fetch(`${target.url}/health`, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false
    )
    if (alive) return
    await sleep(100)
  }
  throw new Error(`the server did not answer ${target.url}/health within ${flags["boot-seconds"]} s`)
}

/** SIGKILL to the server and all that it started. */
function kill() {
  if (server?.pid === undefined || server.exitCode !== null || server.signalCode !== null) return
  try {
    process.kill(-server.pid, "SIGKILL")
  } catch (error) {
    if (error.code !== "ESRCH") throw error
  }
}

async function compare({ acknowledged, sent, retries, options }) {
  const client = new pg.Client(target.databaseUrl)
  await client.connect()
  const { rows } = await client.query(
    `SELECT event_id, body->'properties'->>'ledger' AS ledger FROM "${flags.schema}".events
     WHERE body->'properties'->>'run' = $1`,
    [options.run]
  )
  await client.end()
  const ids = rows.map((row) => row.event_id)
  const stored = new Set(ids)
  const lost = [...acknowledged].filter((id) => !stored.has(id)).length
  const doubled = ids.length - stored.size + (ids.length - new Set(rows.map((row) => row.ledger)).size)
  const unknown = ids.filter((id) => !sent.has(id)).length
  console.log(
    `${flags.kills} kills: ${sent.size} sent, ${acknowledged.size} acknowledged, ${ids.length} stored, ` +
      `${retries} batches sent again; ${lost} lost, ${doubled} doubled, ${unknown} unknown`
  )
  return acknowledged.size > 0 && lost === 0 && doubled === 0 && unknown === 0
}

async function givenStore() {
  const missing = ["url", "database-url"].filter((name) => !flags[name])
  if (missing.length > 0) throw new Error(`--start needs ${missing.map((name) => `--${name}`).join(" and ")}`)
  return {
    command: flags.start,
    args: [],
    url: flags.url,
    databaseUrl: flags["database-url"],
    stop: async () => {},
  }
}

async function ownServer() {
  const dataDir = path.join(os.tmpdir(), `kill-test-${process.pid}`, "data")
  const postgres = await startPostgres({ dataDir, port: await freePort() })
  await postgres.createDatabase("kill_test")
  const port = await freePort()
  const databaseUrl = postgres.url("kill_test")
  const entry = path.join(root, "scripts", "kill-test", "server.ts")
  return {
    command: process.execPath,
    args: ["--import", "tsx", entry, databaseUrl, String(port)],
    url: `http://127.0.0.1:${port}`,
    databaseUrl,
    stop: async () => {
      await postgres.stop()
      removeCluster(dataDir)
      fs.rmSync(path.dirname(dataDir), { recursive: true, force: true })
    },
  }
}
