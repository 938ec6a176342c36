// Checks that the versions of the events' schema can read each other and that no released one has changed, and first
// that the rules bite. `--write` releases a new version: adds it to the lock.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { EVENT_SCHEMAS } from "../src/adapters/kafka/schemas"
import * as rules from "./check-schemas.rules"

const FOLDER = join(__dirname, "../src/adapters/kafka/schemas")
const LOCK = join(FOLDER, "schemas.lock.json")

const locked: rules.Locked[] = existsSync(LOCK) ? JSON.parse(readFileSync(LOCK, "utf8")) : []
const files = readdirSync(FOLDER).filter((name) => /\.v\d+\.ts$/.test(name))
const faults = rules.faultsOfRules(EVENT_SCHEMAS)
const breaches = [
  ...rules.breachesOfNumbering(files, EVENT_SCHEMAS.length),
  ...rules.breachesOfEvolution(EVENT_SCHEMAS),
]
if (process.argv.includes("--write")) {
  // Only what is sound is released, and what is released stays as it is.
  breaches.push(...rules.breachesOfLock(EVENT_SCHEMAS.slice(0, locked.length), locked))
  if (faults.length + breaches.length === 0)
    writeFileSync(LOCK, `${JSON.stringify(rules.lockOf(EVENT_SCHEMAS), null, 2)}\n`)
} else breaches.push(...rules.breachesOfLock(EVENT_SCHEMAS, locked))

for (const line of [...faults, ...breaches]) console.error(`schemas: ${line}`)
if (faults.length + breaches.length === 0)
  console.log(`schemas: ${EVENT_SCHEMAS.length} versions read each other and are as they were released`)
process.exit(faults.length + breaches.length > 0 ? 1 : 0)
