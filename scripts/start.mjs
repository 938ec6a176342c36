/**
 * `npm start`: from a fresh clone to a running shop that recommends. Until the packages are installed only Node's own
 * modules may be loaded. What a start leaves behind lies in `.demo/`: database, builds, logs.
 */
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { Progress } from "./demo/console.mjs"
import { Demo } from "./demo/demo.mjs"
import { readOptions, USAGE } from "./demo/options.mjs"
import { Stopped } from "./demo/processes.mjs"
import { portIsFree } from "./lib/postgres.mjs"

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..")
const begun = performance.now() - process.uptime() * 1000

let options
try {
  options = readOptions(process.argv.slice(2))
} catch (error) {
  fail(`${error.message}\n\n${USAGE}`)
}
if (options.help) {
  process.stdout.write(USAGE)
  process.exit(0)
}
const busy = []
for (const one of options.ports) if (!(await portIsFree(one.port))) busy.push(one)
if (busy.length) {
  fail(
    busy
      .map(
        ({ what, option, port }) =>
          `Port ${port} of ${what} is in use. Choose another one: npm start -- ${option} <port>`
      )
      .join("\n")
  )
}

const progress = new Progress()
const demo = new Demo({ root, options, progress })
let ending

/** Stops everything, once, and leaves. */
function end(code) {
  ending ??= demo.stop().finally(() => process.exit(code))
  return ending
}

for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
]) {
  process.on(signal, () => {
    if (ending) return
    progress.print(`Stopping (${signal}) …`)
    // Ending a demo that runs is what Ctrl-C is for; ending one that is still being made is an interruption.
    void end(demo.ready && !options.once ? 0 : code)
  })
}
if (process.env.npm_lifecycle_event) {
  // A shell between npm and us may die of npm's signal without passing it on.
  const parent = process.ppid
  setInterval(() => process.ppid !== parent && void end(143), 500).unref()
}

try {
  await demo.bringUp(begun)
  if (options.once) {
    const passed = await demo.check()
    await end(passed ? 0 : 1)
  } else {
    demo.invite()
    const fallen = await demo.fallen()
    if (!ending) progress.print(`\n${fallen.name} ended by itself; its log: ${fallen.logFile}`)
    await end(1)
  }
} catch (error) {
  if (!(error instanceof Stopped) && !ending) progress.print(`\n${error.message}`)
  await end(1)
}

function fail(text) {
  fs.writeSync(2, `${text}\n`)
  process.exit(1)
}
