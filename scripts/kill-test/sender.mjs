import { randomInt, randomUUID } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { v7 as uuidv7 } from "uuid"

const CONSENT = { analytics: true, personalization: true, experimentation: false, model_training: true }

/**
 * Sends batches of events to a server that dies again and again, and keeps the ledger of what it acknowledged.
 * A batch without an answer is sent again, unchanged, until there is one: it may have been written or not.
 */
export class Sender {
  /** Ids the server acknowledged, and all that were ever sent. */
  acknowledged = new Set()
  sent = new Set()
  retries = 0
  #stopping = false
  #loops = []

  /** @param {{ url: string, key?: string, batchSize: number, run: string }} options */
  constructor(options) {
    this.options = options
  }

  start(senders) {
    this.#loops = Array.from({ length: senders }, (_, number) => this.#loop(`${this.options.run}-${number}`))
  }

  /** Makes no new batches; resolves when all that were sent are answered. */
  async finish() {
    this.#stopping = true
    await Promise.all(this.#loops)
  }

  async #loop(visitor) {
    while (!this.#stopping) {
      const batch = this.#batch(visitor)
      while (!(await this.#send(batch))) this.retries++
    }
  }

  #batch(visitor) {
    return Array.from({ length: this.options.batchSize }, () => {
      const event_id = uuidv7()
      this.sent.add(event_id)
      return {
        event_id,
        type: "view_item",
        ts: Date.now(),
        visitor_id: visitor,
        session_id: visitor,
        consent: CONSENT,
        items: [{ product_id: `kill-test-${randomInt(100)}` }],
        // Tells an event that was stored twice under two ids.
        properties: { ledger: randomUUID(), run: this.options.run },
      }
    })
  }

  /** @returns {Promise<boolean>} was there an answer? */
  async #send(events) {
    const { url, key } = this.options
    try {
      const response = await fetch(`${url}/store/personalization/events`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(key && { "x-publishable-api-key": key }) },
        body: JSON.stringify({ sent_at: Date.now(), events }),
        signal: AbortSignal.timeout(20_000),
      })
      if (response.status === 202) {
        const { rejected } = await response.json()
        if (rejected.length > 0) throw new Refused(`events were rejected: ${JSON.stringify(rejected[0])}`)
        for (const { event_id } of events) this.acknowledged.add(event_id)
        return true
      }
      const body = await response.text()
      if (response.status < 429)
        throw new Refused(`the server answered ${response.status}: ${body.slice(0, 300)}`)
      await sleep(1_000 * Number(response.headers.get("retry-after") ?? 0.2))
    } catch (error) {
      if (error instanceof Refused) throw error
      await sleep(50)
    }
    return false
  }
}

class Refused extends Error {}
