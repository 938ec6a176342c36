import { randomUnit } from "./ids"
import type { Batch, Outbox } from "./outbox"

const BATCH_TRIGGER = 10
const FLUSH_MS = 5000
const RETRY_MIN_MS = 500
const RETRY_MAX_MS = 60_000

export interface DeliveryOptions {
  outbox: Outbox
  /** False while nothing may be sent. */
  allowed(): boolean
  /** Sends a batch; rejects when there was no answer. `last`: the page may be gone before the answer. */
  post(batch: Batch, last: boolean): Promise<Response>
  /** Called with every accepted answer; what it throws is ignored. */
  answered(response: Response): Promise<void>
}

/**
 * Moves events from the outbox to the server: at least once each, in the order they happened.
 * An event leaves the outbox when it was accepted, or refused for good (4xx); everything else is
 * tried again, and the server knows a repeated event by its id.
 */
export interface Delivery {
  /** Tells that `key` was added to the outbox. `soon` sends without waiting for company. */
  added(key: string, soon: boolean): void
  /** Sends what waits, unless a retry is being waited for. Resolves when done or given up for now; never rejects. */
  flush(): Promise<void>
  /** For a page that may disappear: sends this tab's waiting events without waiting for anything. */
  flushLast(): void
  stop(): void
}

export function createDelivery({ outbox, allowed, post, answered }: DeliveryOptions): Delivery {
  const own = new Set<string>()
  const inFlight = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let dueAt = Infinity
  let running: Promise<void> | undefined
  let wanted = false
  let attempts = 0
  let notBefore = 0
  let stopped = false

  const schedule = (ms: number) => {
    const at = Math.max(Date.now() + ms, notBefore)
    if (stopped || at >= dueAt) return
    clearTimeout(timer)
    dueAt = at
    timer = setTimeout(() => {
      dueAt = Infinity
      void flush()
    }, at - Date.now())
  }

  /** True when the batch is settled and leaves the outbox. */
  const send = async (batch: Batch, last: boolean) => {
    batch.keys.forEach((key) => inFlight.add(key))
    let response: Response | undefined
    try {
      response = await post(batch, last)
      if (response.ok) await answered(response).catch(() => undefined)
    } catch {
      // No answer: the same as a server that is down.
    }
    batch.keys.forEach((key) => inFlight.delete(key))
    if (response && settles(response.status)) {
      outbox.remove(batch.keys)
      batch.keys.forEach((key) => own.delete(key))
      attempts = 0
      return true
    }
    const wait = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** attempts++)
    notBefore = Date.now() + Math.ceil(Math.max(wait / 2 + (randomUnit() * wait) / 2, retryAfter(response)))
    schedule(0)
    return false
  }

  const drain = async () => {
    wanted = false
    while (!stopped && !offline() && allowed()) {
      // Also when a timer fires a moment early.
      if (Date.now() < notBefore) return schedule(0)
      const batch = outbox.next((key) => !inFlight.has(key))
      if (!batch || !(await send(batch, false))) return
    }
  }

  const flush = (): Promise<void> => {
    wanted = true
    running ??= exclusively(drain).then(() => {
      running = undefined
      // What was added when the queue already looked empty.
      return wanted ? flush() : undefined
    })
    return running
  }

  const online = () => {
    attempts = notBefore = 0
    void flush()
  }
  globalThis.window?.addEventListener("online", online)

  return {
    added(key, soon) {
      own.add(key)
      schedule(soon || own.size - inFlight.size >= BATCH_TRIGGER ? 0 : FLUSH_MS)
    },
    flush,
    flushLast() {
      const batch = allowed() && outbox.next((key) => own.has(key) && !inFlight.has(key))
      if (batch) void send(batch, true)
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      globalThis.window?.removeEventListener("online", online)
    },
  }
}

const offline = () => globalThis.navigator?.onLine === false

/** A server in trouble (5xx), and the two 4xx that time may cure, get another try; `fetch` follows redirects itself. */
const settles = (status: number) => status < 500 && status !== 408 && status !== 429

/** Milliseconds a response asks to wait (RFC 9110: seconds or a date), or 0. */
export function retryAfter(response: Response | undefined): number {
  const value = response?.headers.get("retry-after")
  if (!value) return 0
  const seconds = Number(value)
  return Math.max(0, Number.isNaN(seconds) ? Date.parse(value) - Date.now() || 0 : seconds * 1000)
}

/**
 * One tab sends at a time, so that two tabs do not send the same events. Where there are no Web Locks, or a tab's
 * removals from the queue reach the others late (localStorage between processes), the server's idempotency has to do.
 */
async function exclusively(action: () => Promise<void>): Promise<void> {
  const locks = globalThis.navigator?.locks
  await (locks ? locks.request("mp.send", action).catch(action) : action())
}
