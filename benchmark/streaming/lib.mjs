/** What the streaming benchmarks share: events to send, numbers to print, memory to watch. */
import fs from "node:fs"
import { v7 as uuidv7 } from "uuid"

const CONSENT = { analytics: true, personalization: true, experimentation: false, model_training: true }

/** So many product views of a thousand visitors. */
export function views(count, products, run) {
  const ts = Date.now()
  return Array.from({ length: count }, () => {
    const visitor = `${run}-${Math.floor(crypto.getRandomValues(new Uint16Array(1))[0] % 997)}`
    return {
      event_id: uuidv7(),
      type: "view_item",
      ts,
      visitor_id: visitor,
      session_id: visitor,
      consent: CONSENT,
      items: [{ product_id: products[crypto.getRandomValues(new Uint16Array(1))[0] % products.length] }],
    }
  })
}

export const headersOf = (key) => ({ "content-type": "application/json", "x-publishable-api-key": key })

export const askFor = (visitor, key) => ({
  "x-publishable-api-key": key,
  "x-personalization-visitor": visitor,
  "x-personalization-session": visitor,
  "x-personalization-consent": "analytics,personalization",
})

/** @param {number[]} values */
export function quantiles(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: sorted.at(-1) }
}

export const ms = (value) => `${value.toFixed(1)} ms`

/** Resident memory of a process, MB. */
export function residentMb(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, "utf8")
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024
}

/** Seconds of processor time that a process has used. */
export function cpuSeconds(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ")
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Processor seconds of a process with its children: workers, and what holds FAISS. */
export const cpuOfAll = (pid) => [pid, ...childrenOf(pid)].reduce((sum, one) => sum + cpuSeconds(one), 0)

/** Resident memory of a process with its children, MB. */
export const memoryOfAll = (pid) => [pid, ...childrenOf(pid)].reduce((sum, one) => sum + residentMb(one), 0)

/** Resolves when a process and its children have done nothing much for three seconds: indexes are built by then. */
export async function settled(pid) {
  for (let quiet = 0, before = cpuOfAll(pid); quiet < 3;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const now = cpuOfAll(pid)
    quiet = now - before < 0.1 ? quiet + 1 : 0
    before = now
  }
}

/** Processes that a process has started, and those that these have. */
export function childrenOf(pid) {
  const direct = fs
    .readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean)
  return direct.flatMap((child) => [child, ...childrenOf(child)])
}
