import { LRUCache } from "lru-cache"
import type { EventContext, ShopEvent } from "./event"

/** Visitors remembered. */
const MOST = 50_000
/** After so long they may be elsewhere, ms. */
const KEPT_MS = 30 * 60_000

interface Noted {
  ts: number
  context: EventContext
}

/**
 * In which situation each visitor's browser was last heard of: carts and orders come from the store, which knows nothing
 * of device, weather or time zone, and are what demand is best measured by. In this process alone, for half an hour.
 */
export class RecentSituations {
  private readonly noted = new LRUCache<string, Noted>({ max: MOST, ttl: KEPT_MS })

  /** Of an event that a browser has sent, and that may be its visitor's. */
  note({ visitor_id, ts, context }: ShopEvent): void {
    if (visitor_id === undefined || (this.noted.get(visitor_id)?.ts ?? 0) > ts) return
    const { device, country, region, tz_offset, weather, temperature, local_events } = context
    this.noted.set(visitor_id, {
      ts,
      context: {
        ...(device && { device }),
        ...(country && { country }),
        ...(region && { region }),
        ...(tz_offset !== undefined && { tz_offset }),
        ...(weather && { weather }),
        ...(temperature !== undefined && { temperature }),
        ...(local_events && { local_events }),
      },
    })
  }

  /** What is known of a visitor's situation at that time, ms since the epoch. */
  at(visitorId: string | undefined, ts: number): EventContext | undefined {
    const known = visitorId === undefined ? undefined : this.noted.get(visitorId)
    return known && Math.abs(ts - known.ts) <= KEPT_MS ? known.context : undefined
  }

  forget(visitorId: string): void {
    this.noted.delete(visitorId)
  }
}
