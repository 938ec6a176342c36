/** Asks for recommendations all the time, as a shop's page behind a load balancer does. */
import { setTimeout as sleep } from "node:timers/promises"

const PLACEMENTS = ["home-for-you", "trending", "pdp-similar", "recently-viewed"]

export class Prober {
  answered = 0
  /** Lists without a product, by placement and reason. */
  empty = new Map()
  fellBack = 0
  failed = 0
  /** Why no door gave a list, by the doors' answers. */
  failures = new Map()
  /** Sent to a second door, because the first was dead. */
  passedOn = 0
  latencies = []
  /** By the reason of the fallback. */
  reasons = new Map()
  #stopping = false

  /** @param {{ doors: string[], key: string, product: string, visitors: (n: number) => string }} options */
  constructor(options) {
    this.options = options
  }

  async run() {
    for (let n = 0; !this.#stopping; n++) {
      await this.#ask(n)
      await sleep(50)
    }
  }

  stop() {
    this.#stopping = true
  }

  async #ask(n) {
    const { doors, key, product, visitors } = this.options
    const placement = PLACEMENTS[n % PLACEMENTS.length]
    const query = new URLSearchParams({ placement, limit: "8" })
    if (placement === "pdp-similar") query.set("product_id", product)
    const headers = {
      "x-publishable-api-key": key,
      "x-personalization-visitor": visitors(n),
      "x-personalization-consent": "analytics,personalization",
    }
    const began = performance.now()
    const refusals = []
    for (const [tries, door] of [...doors.slice(n % doors.length), ...doors].entries()) {
      if (tries === doors.length) break
      try {
        const url = `${door}/store/personalization/recommendations?${query}`
        const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) })
        if (!response.ok) throw new Error(`answer ${response.status}`)
        const { items, fallback } = await response.json()
        this.answered++
        if (tries > 0) this.passedOn++
        if (items.length === 0) add(this.empty, `${placement}: ${fallback}`)
        if (fallback) {
          this.fellBack++
          add(this.reasons, fallback)
        }
        this.latencies.push(performance.now() - began)
        return
      } catch (error) {
        // The next door, as a load balancer would.
        const after = (performance.now() - began).toFixed(0)
        refusals.push(`${error.cause?.code ?? error.message} after ${after} ms`)
      }
    }
    this.failed++
    add(this.failures, `${new Date().toISOString()} ${placement}: ${refusals.join("; ")}`)
  }

  report() {
    const sorted = [...this.latencies].sort((a, b) => a - b)
    const at = (share) => (sorted[Math.floor(sorted.length * share)] ?? NaN).toFixed(1)
    const share = ((100 * this.fellBack) / Math.max(1, this.answered)).toFixed(1)
    return (
      `${this.answered} lists answered, ${this.failed} failed${told(this.failures)}, ${sum(this.empty)} empty${told(this.empty)}, ` +
      `${this.passedOn} by the second door; ${share} % with a fallback${told(this.reasons)}; ` +
      `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`
    )
  }
}

const add = (counts, key) => counts.set(key, (counts.get(key) ?? 0) + 1)
const sum = (counts) => [...counts.values()].reduce((total, count) => total + count, 0)
const told = (counts) =>
  counts.size === 0 ? "" : ` (${[...counts].map(([key, count]) => `${key} ${count}`).join(", ")})`
