/**
 * Kills, stops and kills again the FAISS process of a running store while shoppers ask for similar products, and
 * counts what failed. Linux only: it finds the process through /proc.
 *
 *     npm start                                   # in another terminal
 *     node scripts/faiss-fault-test.mjs [--store http://localhost:9000] [--storefront http://localhost:8000] [--rounds 5]
 */
import { readdirSync, readFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"

const { values } = parseArgs({
  options: {
    store: { type: "string", default: "http://localhost:9000" },
    storefront: { type: "string", default: "http://localhost:8000" },
    rounds: { type: "string", default: "5" },
  },
})
const SHOPPERS = 4
const STOPPED_MS = 2_000

const { publishableKey } = await (await fetch(`${values.storefront}/config.json`)).json()
const headers = { "x-publishable-api-key": publishableKey }
const { products } = await (
  await fetch(`${values.store}/store/products?limit=100&fields=id`, { headers })
).json()

/** The FAISS children of whoever listens on the store's port are those whose command line names the child's file. */
function faissProcesses() {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return /adapters\/faiss\/child/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8"))
      } catch {
        return false
      }
    })
    .map(Number)
}

const counted = async (name) => {
  const text = await (await fetch(`${values.store}/personalization/metrics`)).text()
  const lines = text.split("\n").filter((line) => line.startsWith(`personalization_${name}`))
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0)
}

let asked = 0
let failed = 0
let empty = 0
let running = true
const shopper = async (n) => {
  for (let i = n; running; i += SHOPPERS) {
    const { id } = products[i % products.length]
    const url = `${values.store}/store/personalization/recommendations?placement=pdp-similar&product_id=${id}`
    asked++
    try {
      const response = await fetch(url, { headers })
      const body = await response.json()
      if (response.status !== 200) failed++
      else if (body.items.length === 0) empty++
    } catch {
      failed++
    }
  }
}

/** Until a process other than `old` searches. */
async function replaced(old) {
  for (let tries = 0; tries < 300; tries++) {
    const pid = faissProcesses().find((candidate) => candidate !== old)
    if (pid) return pid
    await sleep(100)
  }
  throw new Error(`FAISS process ${old} was not replaced within 30 s`)
}

if (faissProcesses().length === 0) {
  console.error("there is no FAISS process: build faiss-node (npm run build:faiss) and start the store again")
  process.exit(1)
}
const before = await counted("index_fallback_total")
const shoppers = Array.from({ length: SHOPPERS }, (_, n) => shopper(n))
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const signal of ["SIGKILL", "SIGSTOP"]) {
    const [pid] = faissProcesses()
    process.kill(pid, signal)
    if (signal === "SIGSTOP") await sleep(STOPPED_MS)
    const next = await replaced(pid)
    console.log(`round ${round}: ${signal} to ${pid}, replaced by ${next}`)
    await sleep(1_000)
  }
}
running = false
await Promise.all(shoppers)
const fallbacks = (await counted("index_fallback_total")) - before
console.log(
  `${asked} requests, ${failed} failed, ${empty} empty, ${fallbacks} searches fell back to the exact index`
)
process.exit(failed > 0 || empty > 0 ? 1 : 0)
