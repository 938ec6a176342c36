import type { Store } from "./store"

const PREFIX = "mp.e."
const CAPACITY = 1000
const BATCH_EVENTS = 50
/** So that a batch usually fits into the 64 KiB that browsers allow with keepalive. */
const BATCH_CHARS = 48_000

/** Events of one visitor, ready to send. */
export interface Batch {
  keys: string[]
  visitorId: string
  /** JSON of each event. */
  events: string[]
}

/**
 * The queue of unsent events. Every event has a key of its own in the store, so tabs that share
 * the store never overwrite each other's, and an event stays until it is acknowledged.
 */
export interface Outbox {
  add(eventId: string, visitorId: string, event: object): string
  /** The oldest events of the visitor whose event is oldest, of those that `wanted` accepts. */
  next(wanted?: (key: string) => boolean): Batch | undefined
  remove(keys: readonly string[]): void
  clear(): void
}

export function createOutbox(store: Store): Outbox {
  const keys = () => store.keys(PREFIX)
  const remove = (gone: readonly string[]) => gone.forEach((key) => store.remove(key))
  return {
    add(eventId, visitorId, event) {
      // UUIDv7 keys sort by time, so the oldest are first and are the ones to give way.
      const waiting = keys()
      remove(waiting.slice(0, Math.max(0, waiting.length - CAPACITY + 1)))
      const key = `${PREFIX}${eventId}.${visitorId}`
      store.set(key, JSON.stringify(event))
      return key
    },
    next(wanted = () => true) {
      const batch: Batch = { keys: [], visitorId: "", events: [] }
      let chars = 0
      for (const key of keys().filter(wanted)) {
        const visitorId = key.slice(key.lastIndexOf(".") + 1)
        if (batch.keys.length && visitorId !== batch.visitorId) continue
        const event = store.get(key)
        if (event === undefined) continue
        chars += event.length
        if (batch.keys.length && (chars > BATCH_CHARS || batch.keys.length === BATCH_EVENTS)) break
        batch.visitorId = visitorId
        batch.keys.push(key)
        batch.events.push(event)
      }
      return batch.keys.length ? batch : undefined
    },
    remove,
    clear: () => remove(keys()),
  }
}
