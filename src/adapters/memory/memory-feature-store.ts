import { compareOffsets, type Position } from "../../services/events"
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
  /** How far a record has come in each partition; only records whose updates say where they come from have it. */
  private readonly reached = new WeakMap<FeatureRecord, ReadonlyMap<number, string>>()

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
    const next = new Map<FeatureKey, { record: Record<string, unknown>; reached?: Map<number, string> }>()
    for (const { key, feature, next: step, at } of updates) {
      const held = this.records[entityOf(key)].get(key)
      const before = held && this.reached.get(held)
      if (at && isBehind(at, before)) continue
      let changed = next.get(key)
      if (!changed) next.set(key, (changed = { record: { ...held }, reached: before && new Map(before) }))
      if (at) (changed.reached ??= new Map()).set(at.partition ?? 0, at.offset)
      changed.record[feature] = step(changed.record[feature])
    }
    for (const [key, { record, reached }] of next) {
      if (reached) this.reached.set(record, reached)
      this.put(key, record)
    }
  }

  async *snapshot(): AsyncIterable<[FeatureKey, FeatureRecord]> {
    for (const records of Object.values(this.records)) for (const entry of [...records]) yield entry
  }

  async before(key: FeatureKey, at: Position): Promise<FeatureRecord | undefined> {
    const record = this.records[entityOf(key)].get(key)
    return record && !isBehind(at, this.reached.get(record)) ? record : undefined
  }

  async erase(key: FeatureKey, at?: Position): Promise<void> {
    if (!at || (await this.before(key, at))) this.records[entityOf(key)].delete(key)
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

const isBehind = (
  { partition = 0, offset }: Position,
  reached: ReadonlyMap<number, string> | undefined
): boolean => {
  const held = reached?.get(partition)
  return held !== undefined && compareOffsets(offset, held) <= 0
}
