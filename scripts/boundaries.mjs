// Checks who imports whom (.dependency-cruiser.cjs), and first that the check itself works: a rule that no longer
// matches anything passes for ever, so each one is shown a violation made for it and has to report it.
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { cruise } from "dependency-cruiser"
import { seededViolations } from "./lib/seeded-violations.mjs"

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..")
const FOLDERS = ["src", "packages", "migrations"]
const require = createRequire(import.meta.url)
const { forbidden, options } = require("../.dependency-cruiser.cjs")
const stages = require("../src/services/stages.cjs").map((stage) => stage.name)

/** Cruises `folders` below `baseDir` with the repository's rules. */
async function judge(baseDir, folders, extra = {}) {
  const present = folders.filter((folder) => existsSync(join(baseDir, folder)))
  const result = await cruise(present, {
    ...options,
    ...extra,
    baseDir,
    ruleSet: { forbidden },
    validate: true,
  })
  return result.output
}

/** @returns {Promise<string[]>} what is wrong with the rules themselves: violations let pass, legal imports reported */
async function faultsOfRules() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "boundaries-")))
  try {
    const { files, expected, allowed } = seededViolations(stages)
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true })
      writeFileSync(join(directory, path), text)
    }
    const { summary } = await judge(directory, FOLDERS)
    const found = summary.violations.map((violation) => `${violation.rule.name} ${violation.from}`)
    const unproven = forbidden.filter((rule) => !expected.some(([name]) => name === rule.name))
    return [
      ...expected
        .filter(([rule, from]) => !found.includes(`${rule} ${from}`))
        .map(([rule, from]) => `${rule} does not report ${from}: ${files[from].trim()}`),
      ...summary.violations
        .filter((violation) => allowed.includes(violation.from))
        .map((violation) => `${violation.rule.name} reports ${violation.from}, which is allowed`),
      ...unproven.map((rule) => `${rule.name} has no violation in scripts/lib/seeded-violations.mjs`),
    ]
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const faults = await faultsOfRules()
if (faults.length > 0) {
  console.error(`boundaries: the rules do not do what they say:\n  ${faults.join("\n  ")}`)
  process.exit(1)
}

const { modules, summary } = await judge(ROOT, FOLDERS, {
  cache: { folder: join(ROOT, "node_modules/.cache/dependency-cruiser"), strategy: "content" },
})
const own = modules.filter((module) => /^(src|packages|migrations)\//.test(module.source))
if (own.length === 0) {
  console.error(
    "boundaries: dependency-cruiser saw no module at all; is the TypeScript version one it can read?"
  )
  process.exit(1)
}
for (const violation of summary.violations) {
  const rule = forbidden.find((candidate) => candidate.name === violation.rule.name)
  const way = violation.cycle ? violation.cycle.map((step) => step.name).join(" -> ") : violation.to
  console.error(`${violation.from} -> ${way}\n  ${violation.rule.name}: ${rule.comment}\n`)
}
console.log(
  `boundaries: ${own.length} modules, ${forbidden.length} rules (each shown to bite), ` +
    `${summary.violations.length} violations`
)
process.exit(summary.violations.length > 0 ? 1 : 0)
