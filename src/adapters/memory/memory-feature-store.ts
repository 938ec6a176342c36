import type { Entity, FeatureKey, FeatureRecord, FeatureStore, FeatureUpdate } from "../../services/features"

/** Records kept per entity before the one that changed longest ago is dropped. */
export const MEMORY_FEATURE_LIMITS: Readonly<Record<Entity, number>> = Object.freeze({
  shopper: 200_000,
  session: 100_000,
  item: 2_000_000,
  global: 1_000,
})

/** Feature states in this process's memory; bounded, and rebuilt from the event log at start. */
export class MemoryFeatureStore implements FeatureStore {
  // A Map iterates in order of insertion, and every write inserts anew: its first key changed longest ago.
  private readonly records: Readonly<Record<Entity, Map<FeatureKey, FeatureRecord>>> = {
    shopper: new Map(),
    session: new Map(),
    item: new Map(),
    global: new Map(),
  }
  private readonly limits: Readonly<Record<Entity, number>>

  constructor(limits: Partial<Record<Entity, number>> = {}) {
    this.limits = { ...MEMORY_FEATURE_LIMITS, ...limits }
  }

  async getMany(keys: readonly FeatureKey[]): Promise<Map<FeatureKey, FeatureRecord>> {
    const found = new Map<FeatureKey, FeatureRecord>()
    for (const key of keys) {
      const record = this.records[entityOf(key)].get(key)
      if (record) found.set(key, record)
    }
    return found
  }

  async apply(updates: readonly FeatureUpdate[]): Promise<void> {
    // All states are worked out before any is kept, so that an update that throws leaves nothing half done.
    const next = new Map<FeatureKey, Record<string, unknown>>()
    for (const { key, feature, next: step } of updates) {
      let record = next.get(key)
      if (!record) next.set(key, (record = { ...this.records[entityOf(key)].get(key) }))
      record[feature] = step(record[feature])
    }
    for (const [key, record] of next) this.put(key, record)
  }

  async *snapshot(): AsyncIterable<[FeatureKey, FeatureRecord]> {
    for (const records of Object.values(this.records)) for (const entry of [...records]) yield entry
  }

  async erase(key: FeatureKey): Promise<void> {
    this.records[entityOf(key)].delete(key)
  }

  async close(): Promise<void> {
    for (const records of Object.values(this.records)) records.clear()
  }

  private put(key: FeatureKey, record: FeatureRecord): void {
    const entity = entityOf(key)
    const records = this.records[entity]
    records.delete(key)
    records.set(key, record)
    if (records.size <= this.limits[entity]) return
    const [oldest] = records.keys()
    records.delete(oldest)
  }
}

const entityOf = (key: FeatureKey): Entity => key.slice(0, key.indexOf(":")) as Entity
