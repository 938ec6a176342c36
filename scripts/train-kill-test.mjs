/**
 * Kills `medusa-personalization train` with SIGKILL in each of its stages while a shop is open: the live version must go
 * on to serve, nothing half done may be left behind, and the next run must start clean. Then makes another version live,
 * and takes it back, from outside the shop, which must follow.
 *
 *     node scripts/train-kill-test.mjs [--kills 8] [--sessions 40000]
 *
 * brings its own PostgreSQL with made-up history. The history of a real store, whose models it trains anew:
 *
 *     node scripts/train-kill-test.mjs --database-url postgres://… [--kills 8]
 */
import { spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import pg from "pg"
import { freePort, removeCluster, startPostgres } from "./lib/postgres.mjs"

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const { values: flags } = parseArgs({
  options: {
    "database-url": { type: "string" },
    schema: { type: "string", default: "personalization" },
    kills: { type: "string", default: "8" },
    sessions: { type: "string", default: "40000" },
  },
})
/** Where a run is killed, in turn: at the beginning of the stage, or up to a second later. */
const STAGES = [
  "reading events",
  "validate:popularity",
  "validate:vmis-knn",
  "fit:sequential-rules",
  "saving",
]
/** A process that was killed may hold its lock so long. */
const LOCK_SECONDS = 5
/** A change of the live version reaches every process in this time. */
const EVERYWHERE_SECONDS = 10

const env = {
  ...process.env,
  // All stages are to be seen, though a version with so little new does not go live.
  PERSONALIZATION_OPTIONS: JSON.stringify({
    postgres: { schema: flags.schema },
    training: { fitCandidates: true },
  }),
}
const children = new Set()
const target = flags["database-url"]
  ? { url: flags["database-url"], stop: async () => {} }
  : await ownDatabase()
const client = new pg.Client(target.url)
let failures = 0

for (const signal of ["SIGINT", "SIGTERM"])
  process.once(signal, () => {
    killAll()
    // The server ends the connection when it stops, which is no failure any more.
    client.on("error", () => undefined)
    void target.stop().finally(() => process.exit(1))
  })
process.once("exit", killAll)

try {
  await client.connect()
  await test()
} catch (error) {
  failures++
  console.error(`train-kill-test: ${error.stack}`)
} finally {
  killAll()
  await client.end().catch(() => undefined)
  await target.stop()
}
console.log(failures === 0 ? "passed" : `${failures} failures`)
process.exit(failures === 0 ? 0 : 1)

async function test() {
  if (!(await liveVersion())) await expectRun("the first version")
  const live = await liveVersion()
  const shop = await openShop()
  for (let round = 0; round < Number(flags.kills); round++) {
    const stage = STAGES[round % STAGES.length]
    const before = await versions()
    const killedAt = await killIn(stage, round < STAGES.length ? 0 : randomInt(1_000))
    const freed = await lockIsFree()
    check(freed !== undefined, `the lock is free within ${LOCK_SECONDS} s of the kill`)
    check((await liveVersion()) === live, "the live version is the one before")
    const more = (await versions()).filter((version) => !before.includes(version))
    const whole = await Promise.all(more.map(isWhole))
    check(more.length <= 1 && whole.every(Boolean), "no version is half saved")
    console.log(
      `kill ${round + 1}: in "${killedAt}"; lock free after ${freed} ms; ${more.length} versions saved; ` +
        `${shop.answers} lists, ${shop.failures} failed`
    )
  }
  check(shop.answers > 0 && shop.failures === 0, "the shop answered all the while")
  check([...shop.versions].join() === live, `all lists were made by ${live}`)
  const [first, second] = [train(), train()]
  const codes = [await first.ended, await second.ended]
  const refused = [first, second].filter(({ output }) =>
    /Another process of this shop is training/.test(output())
  )
  check(
    codes.filter((code) => code === 0).length === 1 && refused.length === 1,
    "of two trainers at once one trains"
  )
  const again = await expectRun("the run after the kills")
  const other = again === live ? await expectRun("a run on less history", "--window-days", "15") : again
  for (const [how, args, expected] of [
    ["made live", [other], other],
    ["rolled back", [], live],
  ]) {
    await cli("models", "rollback", ...args).ended
    const waited = await until(() => shop.latest === expected, EVERYWHERE_SECONDS)
    check(
      waited !== undefined,
      `the open shop follows within ${EVERYWHERE_SECONDS} s when a version is ${how}`
    )
    console.log(`${expected} ${how} by another process: served by the open shop after ${waited} ms`)
  }
  check(shop.failures === 0, "the shop answered all the while")
}

/** Trains to the end. @returns the version */
async function expectRun(what, ...args) {
  const begun = Date.now()
  const run = train(...args)
  const code = await run.ended
  check(code === 0, `${what} succeeds (${run.output().trim().split("\n").at(-1)})`)
  const [{ version }] = (
    await client.query(`SELECT version FROM ${table("model_versions")} ORDER BY created_at DESC`)
  ).rows
  check(await isWhole(version), `${what} is saved whole`)
  console.log(`${what}: ${version} in ${((Date.now() - begun) / 1000).toFixed(1)} s`)
  return version
}

/** Starts a run and kills it so long after the stage has begun. @returns the stage it was in */
async function killIn(stage, delay, attempts = 5) {
  const run = train()
  const hasBegun = () => run.output().includes(`| ${stage}`)
  const at = () => [...run.output().matchAll(/\| (.+)/g)].at(-1)?.[1] ?? "start"
  while (!hasBegun() && run.child.exitCode === null) await sleep(2)
  if (!hasBegun() && attempts > 1) return killIn(stage, delay, attempts - 1)
  if (!hasBegun()) throw new Error(`no run was seen in "${stage}": ${run.output()}`)
  await sleep(delay)
  const killedAt = at()
  run.child.kill("SIGKILL")
  await run.ended
  return killedAt
}

function train(...args) {
  return cli("train", ...args)
}

/** Runs a command of `medusa-personalization` on the store. */
function cli(...args) {
  const child = start(["src/cli/index.ts", ...args, "--database-url", target.url])
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk))
  const ended = new Promise((resolve) => child.once("close", resolve))
  return { child, ended, output: () => output }
}

/** A shop in a process of its own that is asked for lists without a pause. */
async function openShop() {
  const port = await freePort()
  const child = start(["scripts/train-kill-test/shop.ts", target.url, String(port)])
  child.stderr.pipe(process.stderr)
  const shop = { answers: 0, failures: 0, versions: new Set(), latest: undefined }
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(5_000) })
    const { version, items } = await response.json()
    if (items === 0) throw new Error("an empty list")
    return version
  }
  for (let tries = 0; !(await ask().catch(() => false)); tries++) {
    if (tries === 600) throw new Error("the shop did not open")
    await sleep(100)
  }
  const go = async () => {
    for (;;) {
      await ask().then(
        (version) => {
          shop.answers++
          shop.versions.add(version)
          shop.latest = version
        },
        () => shop.failures++
      )
      await sleep(50)
    }
  }
  void go()
  return shop
}

function start(args) {
  const child = spawn(process.execPath, ["--import", "tsx", ...args], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  })
  children.add(child)
  child.once("close", () => children.delete(child))
  return child
}

function killAll() {
  for (const child of children) child.kill("SIGKILL")
}

function table(name) {
  return `"${flags.schema}".${name}`
}

async function liveVersion() {
  const { rows } = await client.query(`SELECT version FROM ${table("model_versions")} WHERE status = 'live'`)
  return rows[0]?.version
}

async function versions() {
  const { rows } = await client.query(`SELECT version FROM ${table("model_versions")}`)
  return rows.map(({ version }) => version)
}

/** Has a version all the artifacts that it says it has? */
async function isWhole(version) {
  const { rows } = await client.query(
    `SELECT v.body->'models' AS models, array_agg(l.model) AS linked
     FROM ${table("model_versions")} v JOIN ${table("model_version_artifacts")} l USING (version)
     JOIN ${table("model_artifacts")} a USING (hash)
     WHERE version = $1 AND encode(sha256(a.content), 'hex') = l.hash GROUP BY v.body`,
    [version]
  )
  return rows.length === 1 && rows[0].models.every((model) => rows[0].linked.includes(model))
}

/** @returns ms until nobody holds the training lock; undefined when somebody does for too long */
function lockIsFree() {
  return until(async () => {
    const { rows } = await client.query(
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory'
         AND ((classid::bigint << 32) | objid::bigint) = hashtextextended($1, 0)`,
      [`${flags.schema} training`]
    )
    return rows.length === 0
  }, LOCK_SECONDS)
}

/** @returns ms until it is so; undefined when it is not in this time */
async function until(isSo, seconds) {
  const begun = Date.now()
  while (Date.now() - begun < seconds * 1000) {
    if (await isSo()) return Date.now() - begun
    await sleep(10)
  }
}

function check(holds, what) {
  if (holds) return
  failures++
  console.error(`FAILED: ${what}`)
}

async function ownDatabase() {
  const dataDir = path.join(os.tmpdir(), `train-kill-test-${process.pid}`, "data")
  const postgres = await startPostgres({ dataDir, port: await freePort(), throwaway: true })
  await postgres.createDatabase("train_kill_test")
  const url = postgres.url("train_kill_test")
  const seed = start(["scripts/train-kill-test/seed.ts", url, flags.sessions])
  seed.stderr.pipe(process.stderr)
  if ((await new Promise((resolve) => seed.once("close", resolve))) !== 0)
    throw new Error("no history was made")
  return {
    url,
    stop: async () => {
      await postgres.stop()
      removeCluster(dataDir)
      fs.rmSync(path.dirname(dataDir), { recursive: true, force: true })
    },
  }
}
