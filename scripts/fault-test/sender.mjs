/** Sends events to whichever door is open, and keeps the ledger of what was sent and what was acknowledged. */
import { setTimeout as sleep } from "node:timers/promises"
import { v7 as uuidv7 } from "uuid"

const CONSENT = { analytics: true, personalization: true, experimentation: false, model_training: true }
const BATCH = 20

export class Sender {
  /** By id of the event. */
  acknowledged = new Set()
  /** Events by product and by visitor: what the features must come to in the end. */
  byProduct = new Map()
  byVisitor = new Map()
  answers = new Map()
  /** What was said with an answer of 500 and more, but for 503: door, status, text and the time of the first. */
  faults = new Map()
  #made = 0

  /**
   * @param {{ doors: string[], key: string, products: string[], events: number, run: string, at: number,
   *   perSecond: number }} options `at`: the time of all events, so that decayed counts are plain counts
   */
  constructor(options) {
    this.options = options
  }

  /** Resolves when every event is acknowledged; a batch without an answer is sent again, unchanged, to the next door. */
  async send(senders) {
    const begun = Date.now()
    const loop = async (number) => {
      for (let turn = number; this.#made < this.options.events;) {
        const due = begun + (this.#made / this.options.perSecond) * 1_000
        if (due > Date.now()) await sleep(due - Date.now())
        const batch = this.#batch()
        if (batch.length === 0) return
        while (!(await this.#deliver(batch, turn++)));
      }
    }
    await Promise.all(Array.from({ length: senders }, (_, number) => loop(number)))
  }

  #batch() {
    const { events, products, run, at } = this.options
    const size = Math.min(BATCH, events - this.#made)
    return Array.from({ length: size }, () => {
      const number = this.#made++
      const visitor = `${run}-${number % 997}`
      const product = products[number % products.length]
      // Beside a product of the shop, which lists can show, one that nobody has ever looked at before.
      const counted = `${run}-p${number % products.length}`
      this.byProduct.set(counted, (this.byProduct.get(counted) ?? 0) + 1)
      this.byVisitor.set(visitor, (this.byVisitor.get(visitor) ?? 0) + 1)
      return {
        event_id: uuidv7(),
        type: "view_item",
        ts: at,
        visitor_id: visitor,
        session_id: visitor,
        consent: CONSENT,
        items: [{ product_id: product }, { product_id: counted }],
        properties: { run },
      }
    })
  }

  async #deliver(events, turn) {
    const { doors, key } = this.options
    const door = doors[turn % doors.length]
    try {
      const response = await fetch(`${door}/store/personalization/events`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-publishable-api-key": key },
        body: JSON.stringify({ events }),
        signal: AbortSignal.timeout(15_000),
      })
      this.#count(response.status)
      if (response.status === 202) {
        const { rejected } = await response.json()
        if (rejected.length > 0) throw new Refused(`an event was rejected: ${JSON.stringify(rejected[0])}`)
        for (const { event_id } of events) this.acknowledged.add(event_id)
        return true
      }
      const text = await response.text()
      if (response.status >= 500 && response.status !== 503) {
        const fault = `${door} ${response.status} ${text.slice(0, 200)}`
        if (!this.faults.has(fault)) this.faults.set(fault, new Date().toISOString())
      }
      if (response.status < 429) throw new Refused(`answer ${response.status}: ${text.slice(0, 300)}`)
      await sleep(1_000 * Number(response.headers.get("retry-after") ?? 0.2))
    } catch (error) {
      if (error instanceof Refused) throw error
      this.#count("no answer")
      await sleep(100)
    }
    return false
  }

  #count(answer) {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1)
  }
}

class Refused extends Error {}
