// `npm test`: everything, from a fresh clone with nothing but Node and npm. The last line printed is
// `N passed, N failed, N skipped` over all stages; the exit code is 1 when one failed or none ran.
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { demoForTests, demoOnce } from "./lib/demo-for-tests.mjs"
import { ensureInstalled } from "./lib/install.mjs"
import { endChildrenWithMe, run, stopAll } from "./lib/run.mjs"
import { systemPackages } from "./lib/system-packages.mjs"
import { emptyTally, jestTally, single, sum } from "./lib/tally.mjs"

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..")
const CI = ["true", "1"].includes(process.env.CI ?? "")
const MINUTE = 60_000
/** CI gives up after an hour without saying why; we give up before, and say where we were. */
const LIMIT_MS = 50 * MINUTE

const begun = performance.now()
const clock = () => `${((performance.now() - begun) / 1000).toFixed(0).padStart(4)} s`
const say = (line) => console.log(`${clock()}  ${line}`)

/** @typedef {{ name: string, code: number, output: string, seconds: number, tally: import("./lib/tally.mjs").Tally }} Result */
/** @type {Result[]} */
const results = []

/** Notes how a stage ended, with its log when it failed. @param {Result} result */
function report(result) {
  results.push(result)
  const { name, tally, seconds, output } = result
  const failed = tally.failed > 0
  say(
    `${name.padEnd(8)} ${failed ? "FAILED" : "ok"} in ${seconds.toFixed(1)} s: ` +
      `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`
  )
  if (failed)
    console.log(`\n${"─".repeat(20)} ${name} ${"─".repeat(20)}\n${output.slice(-30_000).trimEnd()}\n`)
}

async function command(name, args, timeoutMs) {
  say(`${name} …`)
  const { code, output, seconds } = await run("node", args, { cwd: ROOT, timeoutMs })
  report({ name, code, output, seconds, tally: single(code === 0) })
}

async function jest(name, { script = "jest", env, workers = 1, timeoutMs = 15 * MINUTE } = {}) {
  say(`${name} …`)
  const directory = mkdtempSync(join(tmpdir(), "personalization-report-"))
  try {
    const file = join(directory, "report.json")
    const args = [
      `scripts/${script}.mjs`,
      "--selectProjects",
      name,
      `--maxWorkers=${workers}`,
      "--json",
      `--outputFile=${file}`,
    ]
    const { code, output, seconds } = await run("node", args, { cwd: ROOT, env, timeoutMs })
    const tally = jestTally(file, code)
    report({ name, code, output, seconds, tally })
    // Skipped tests say why on a line of their own, and so does which service ran; a reader of a green run should see it.
    for (const line of new Set(output.match(/^.*\bskipped: .*$|^service .*$/gm) ?? []))
      say(`${name.padEnd(8)} ${line.trim()}`)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The contract suites on real servers, where there are such. */
async function services(missing) {
  if (missing.has("service tests"))
    report({ name: "services", code: 0, output: "", seconds: 0, tally: { ...emptyTally(), skipped: 1 } })
  else await jest("services", { script: "test-services" })
}

/** The demo from nothing, checked by itself; then started again, quickly, for what looks at it from outside. */
async function demoAndItsTests(missing) {
  say("demo …")
  const { code, output, seconds } = await demoOnce({ root: ROOT, timeoutMs: 30 * MINUTE })
  report({ name: "demo", code, output, seconds, tally: single(code === 0) })
  const firstSeconds = /^.*seconds to the first recommendation.*$/m.exec(output)
  if (firstSeconds) say(`demo     ${firstSeconds[0]}`)

  const started = performance.now()
  const demo = await demoForTests({ root: ROOT, timeoutMs: 5 * MINUTE })
  try {
    const up = demo.env !== undefined
    const restart = (performance.now() - started) / 1000
    report({ name: "restart", code: up ? 0 : 1, output: demo.output(), seconds: restart, tally: single(up) })
    if (!up) return
    await jest("http", { env: demo.env })
    if (missing.has("browser tests")) {
      report({ name: "browser", code: 0, output: "", seconds: 0, tally: { ...emptyTally(), skipped: 1 } })
    } else await jest("browser", { env: demo.env })
  } finally {
    await demo.stop()
  }
}

async function prepare() {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"))
  say(
    `medusa-plugin-personalization ${version}, Node ${process.version}, ${availableParallelism()} cores${CI ? ", CI" : ""}`
  )
  const installed = await ensureInstalled({
    // Called every five seconds; one line in thirty is enough of a sign of life.
    onProgress: (seconds) => Math.round(seconds) % 30 < 5 && say("npm is installing"),
  })
  if (installed) say("packages installed")
  const faiss = (...args) =>
    run("node", ["scripts/build-faiss.mjs", ...args], { cwd: ROOT, timeoutMs: 10 * MINUTE })
  const faissLoads = (await faiss("--check")).code === 0
  const purposes = ["browser tests", "service tests", "Kafka tests", ...(faissLoads ? [] : ["FAISS tests"])]
  const missing = await systemPackages({ purposes, install: CI, say })
  if (!faissLoads && !missing.has("FAISS tests")) {
    say("faiss-node has no binary for this machine: building it")
    const { code, output } = await faiss()
    if (code !== 0) throw new Error(`scripts/build-faiss.mjs failed:\n${output.slice(-4_000)}`)
  }
  return missing
}

function finish(problem) {
  if (problem) console.error(`\n${problem}`)
  const total = sum(results.map((result) => result.tally))
  if (problem) total.failed += 1
  const ok = total.failed === 0 && total.passed > 0
  say(ok ? "all stages passed" : "not all is well; see above")
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
  process.exit(ok ? 0 : 1)
}

endChildrenWithMe()
setTimeout(async () => {
  await stopAll()
  finish(`ended after ${LIMIT_MS / MINUTE} minutes; the stages that are not listed above had not ended`)
}, LIMIT_MS).unref()

try {
  const missing = await prepare()
  const lanes = [
    async () => {
      await command("check", ["scripts/check.mjs"], 12 * MINUTE)
      await jest("unit")
      await services(missing)
      await jest("pack")
    },
    // Bringing the demo up is one long chain of single-threaded steps: it fills the second core.
    () => demoAndItsTests(missing),
  ]
  if (availableParallelism() > 1) await Promise.all(lanes.map((lane) => lane()))
  else for (const lane of lanes) await lane()
  finish()
} catch (error) {
  await stopAll()
  finish(error.stack ?? error)
}
