// `npm run check`: everything that can be judged without running the product, side by side.
import { existsSync, mkdirSync } from "node:fs"
import { availableParallelism } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { endChildrenWithMe, run } from "./lib/run.mjs"

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..")
const CACHE = join(ROOT, "node_modules/.cache")
const bin = (name) => join(ROOT, "node_modules/.bin", name)

/** tsc with a memory of its last run. */
const tsc = (project, memory) => [
  bin("tsc"),
  ["-p", project, "--noEmit", "--incremental", "--tsBuildInfoFile", join(CACHE, `tsc-${memory}.tsbuildinfo`)],
]

/** Longest first, so that the short ones fill the gaps. */
const CHECKS = [
  // Everything, tests and browser code included.
  { name: "types", remedy: "correct what tsc names", command: tsc("tsconfig.check.json", "check") },
  // What `medusa plugin:build` ships: stricter about modules, and blind to all else.
  { name: "build types", remedy: "correct what tsc names", command: tsc("tsconfig.json", "build") },
  {
    name: "lint",
    remedy: "npx eslint --fix <file>",
    command: [
      bin("eslint"),
      [
        ".",
        "--cache",
        "--cache-strategy",
        "content",
        "--cache-location",
        join(CACHE, "eslint/"),
        "--max-warnings",
        "0",
      ],
    ],
  },
  {
    name: "boundaries",
    remedy: "each line above says what to do",
    command: ["node", ["scripts/boundaries.mjs"]],
  },
  {
    name: "format",
    remedy: "npm run format",
    command: [
      bin("prettier"),
      [
        "--check",
        ".",
        "--log-level",
        "warn",
        "--cache",
        "--cache-strategy",
        "content",
        "--cache-location",
        join(CACHE, "prettier-check"),
      ],
    ],
  },
  {
    name: "options page",
    remedy: "npx tsx scripts/options-doc.ts",
    command: ["node", ["--import", "tsx", "scripts/options-doc.ts", "--check"]],
  },
  {
    name: "schemas",
    remedy: "each line above says what to do",
    command: ["node", ["--import", "tsx", "scripts/check-schemas.ts"]],
  },
  { name: "diagram", remedy: "npm run diagram", command: ["node", ["scripts/diagram.mjs", "--check"]] },
]

if (!existsSync(bin("tsc"))) {
  console.error("check: the dependencies are not installed; run `npm ci`")
  process.exit(1)
}
mkdirSync(CACHE, { recursive: true })
endChildrenWithMe()

const started = performance.now()
const waiting = [...CHECKS]
const failed = []
async function worker() {
  for (let check = waiting.shift(); check; check = waiting.shift()) {
    const { code, output, seconds } = await run(...check.command, {
      cwd: ROOT,
      env: { NODE_ENV: undefined, FORCE_COLOR: process.stdout.isTTY ? "1" : undefined },
    })
    const line = `${check.name.padEnd(14)} ${code === 0 ? "ok" : "FAILED"} ${seconds.toFixed(1)} s`
    if (code === 0) console.log(line)
    else {
      failed.push(check.name)
      console.log(`\n${line}\n${output.trimEnd()}\n  remedy: ${check.remedy}\n`)
    }
  }
}
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker))
const total = ((performance.now() - started) / 1000).toFixed(1)
console.log(
  failed.length ? `check: ${failed.join(", ")} failed after ${total} s` : `check: all ok in ${total} s`
)
process.exit(failed.length ? 1 : 0)
