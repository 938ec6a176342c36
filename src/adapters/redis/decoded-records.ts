import { LRUCache } from "lru-cache"
import type { FeatureKey } from "../../services/features"
import { decodeRecord, NOTHING, type HeldRecord } from "./feature-record"

/** Records kept: of a shopper some kB each. */
const MOST = 2_000
/** A record that nobody has asked for that long is dropped, ms. */
const KEPT_MS = 60_000

/**
 * Records as they were last read, so that what has not changed is not decoded again: a page asks for several lists, and the
 * record of the whole shop is part of every request. What the features read out of a state that is the same object is
 * theirs to remember, too.
 */
export class DecodedRecords {
  private readonly records = new LRUCache<FeatureKey, HeldRecord>({
    max: MOST,
    ttl: KEPT_MS,
    ttlResolution: 1_000,
  })
  private readonly timer = setInterval(() => this.records.purgeStale(), KEPT_MS).unref()

  decode(key: FeatureKey, text: string | null): HeldRecord {
    if (text === null) {
      this.records.delete(key)
      return NOTHING
    }
    const known = this.records.get(key)
    if (known && text.startsWith(known.token)) return known
    const record = decodeRecord(text)
    this.records.set(key, record)
    return record
  }

  /** This record was written, and will come back as it is. */
  keep(key: FeatureKey, record: HeldRecord): void {
    this.records.set(key, record)
  }

  forget(key: FeatureKey): void {
    this.records.delete(key)
  }

  close(): void {
    clearInterval(this.timer)
    this.records.clear()
  }
}
