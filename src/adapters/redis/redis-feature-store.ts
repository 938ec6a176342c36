import { randomInt } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { PersonalizationError } from "../../services/lib"
import type { Position } from "../../services/events"
import type { Entity, FeatureKey, FeatureRecord, FeatureStore, FeatureUpdate } from "../../services/features"
import type { RedisConnection } from "./connection"
import { DecodedRecords } from "./decoded-records"
import { translated } from "./errors"
import { advance, type ApplyRequest } from "./feature-merge"
import { encodeRecord, hasReached, NOTHING, type HeldRecord } from "./feature-record"
import type { Script } from "./script"

export interface RedisFeatureStoreOptions {
  /** Before every key. Default `personalization`. */
  prefix?: string
  /** A record that has not changed for this long is dropped, ms; Infinity: never. Default `REDIS_FEATURE_TTL`. */
  ttl?: Partial<Record<Entity, number>>
  /**
   * A `global:` record that was read is used for this long, ms; 0: never. They are large and part of every request,
   * and what is popular may be a little late; what this process itself has changed is seen at once. Default 250.
   */
  globalCacheMs?: number
}

const DAY_MS = 86_400_000

export const REDIS_FEATURE_TTL: Readonly<Record<Entity, number>> = Object.freeze({
  shopper: 90 * DAY_MS,
  session: 2 * DAY_MS,
  item: 400 * DAY_MS,
  global: Infinity,
})

/** Updates written together at most. */
const MAX_GROUP = 5_000
const MAX_ATTEMPTS = 100
const MAX_JITTER_MS = 20
const SCAN_COUNT = 500

/**
 * Feature states in Redis, shared by all processes: one string per record, written when it is as it was read (optimistic
 * concurrency), so that the definitions run here and nowhere else. Calls of `apply` that wait are written together.
 * An update that throws leaves nothing half done; only when it throws for the first time after its record was changed
 * by another process, the other records of its call may be written already.
 */
export class RedisFeatureStore implements FeatureStore {
  private readonly keyPrefix: string
  private readonly ttl: Readonly<Record<Entity, number>>
  private readonly globalCacheMs: number
  private readonly compareAndSet: Script
  private readonly compareAndDelete: Script
  private waiting: ApplyRequest[] = []
  private writing: Promise<void> | undefined
  private readonly decoded = new DecodedRecords()
  private readonly cache = new Map<FeatureKey, { states: FeatureRecord | undefined; until: number }>()
  /** Counts what this process has changed: a read that began before may hold what was there before. */
  private changes = 0

  constructor(
    private readonly connection: RedisConnection,
    { prefix = "personalization", ttl, globalCacheMs = 250 }: RedisFeatureStoreOptions = {}
  ) {
    this.keyPrefix = `${prefix}:f:{`
    this.ttl = { ...REDIS_FEATURE_TTL, ...ttl }
    this.globalCacheMs = globalCacheMs
    this.compareAndSet = connection.script("personalizationFeatureSet")
    this.compareAndDelete = connection.script("personalizationFeatureDelete")
  }

  async getMany(keys: readonly FeatureKey[]): Promise<Map<FeatureKey, FeatureRecord>> {
    const found = new Map<FeatureKey, FeatureRecord>()
    const wanted = keys.filter((key) => {
      const cached = this.cache.get(key)
      if (!cached || cached.until <= performance.now()) return true
      if (cached.states) found.set(key, cached.states)
      return false
    })
    const changesBefore = this.changes
    for (const [key, record] of await this.read(wanted)) {
      const states = record === NOTHING ? undefined : record.states
      if (states) found.set(key, states)
      if (changesBefore === this.changes) this.remember(key, states)
    }
    return found
  }

  apply(updates: readonly FeatureUpdate[]): Promise<void> {
    if (updates.length === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.waiting.push({ updates, resolve, reject })
      this.writing ??= this.write()
    })
  }

  async *snapshot(): AsyncIterable<[FeatureKey, FeatureRecord]> {
    const pattern = `${this.keyPrefix.replace(/[\\*?[\]]/g, "\\$&")}*`
    const seen = new Set<string>()
    for (const server of this.connection.masters()) {
      let cursor = "0"
      do {
        const [next, names] = await translated(() =>
          server.scan(cursor, "MATCH", pattern, "COUNT", SCAN_COUNT)
        )
        cursor = next
        const keys = names.filter((name) => !seen.has(name)).map((name) => this.keyOf(name))
        for (const name of names) seen.add(name)
        for (const [key, record] of await this.read(keys)) if (record !== NOTHING) yield [key, record.states]
      } while (cursor !== "0")
    }
  }

  async before(key: FeatureKey, at: Position): Promise<FeatureRecord | undefined> {
    const record = (await this.read([key])).get(key)
    return !record || record === NOTHING || hasReached(record, at) ? undefined : record.states
  }

  async erase(key: FeatureKey, at?: Position): Promise<void> {
    this.forget(key)
    if (at) await this.eraseBefore(key, at)
    else await translated(() => this.connection.client.del(this.nameOf(key)))
    this.changes++
    this.forget(key)
  }

  /** Waits for what is being written; the connection is its owner's to close. */
  async close(): Promise<void> {
    while (this.writing) await this.writing
    this.cache.clear()
    this.decoded.close()
  }

  private forget(key: FeatureKey): void {
    this.cache.delete(key)
    this.decoded.forget(key)
  }

  private async eraseBefore(key: FeatureKey, at: Position): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const record = (await this.read([key])).get(key)
      if (!record || record === NOTHING || hasReached(record, at)) return
      if ((await this.compareAndDelete([this.nameOf(key)], [record.token])) === 1) return
    }
    throw contended([key])
  }

  /** One round trip: one command on a single server, and one write to each server of a cluster. */
  private async read(keys: readonly FeatureKey[]): Promise<Map<FeatureKey, HeldRecord>> {
    if (keys.length === 0) return new Map()
    const { client, cluster } = this.connection
    const names = keys.map((key) => this.nameOf(key))
    const texts = await translated(() =>
      cluster ? Promise.all(names.map((name) => client.get(name))) : client.mget(names)
    )
    return new Map(keys.map((key, i) => [key, this.decoded.decode(key, texts[i])]))
  }

  /** Never rejects. */
  private async write(): Promise<void> {
    // Calls of this turn of the event loop join the first group.
    await Promise.resolve()
    while (this.waiting.length > 0) {
      const group = this.nextGroup()
      try {
        await this.applyTogether(group)
        for (const request of group) request.resolve()
      } catch (error) {
        for (const request of group) request.reject(error)
      }
    }
    this.writing = undefined
  }

  private nextGroup(): ApplyRequest[] {
    let updates = 0
    let size = 0
    while (
      size < this.waiting.length &&
      (size === 0 || updates + this.waiting[size].updates.length <= MAX_GROUP)
    )
      updates += this.waiting[size++].updates.length
    return this.waiting.splice(0, size)
  }

  /** Requests of which an update throws are rejected here; others are the caller's to settle. */
  private async applyTogether(group: readonly ApplyRequest[]): Promise<void> {
    let live = [...group]
    let keys = [...new Set(live.flatMap(({ updates }) => updates.map(({ key }) => key)))]
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const held = await this.read(keys)
      const { changed, failed } = advance(held, live)
      for (const [request, error] of failed) request.reject(error)
      live = live.filter((request) => !failed.has(request))
      keys = await this.set(held, changed)
      if (keys.length === 0) return
      // Another process was faster: let one of the two go first next time.
      if (attempt > 1) await sleep(randomInt(Math.min(MAX_JITTER_MS, attempt) + 1))
    }
    throw contended(keys)
  }

  /** Writes records that are still as they were held; returns the keys of those that are not. */
  private async set(
    held: ReadonlyMap<FeatureKey, HeldRecord>,
    changed: ReadonlyMap<FeatureKey, HeldRecord>
  ): Promise<FeatureKey[]> {
    const entries = [...changed]
    const done = await Promise.allSettled(
      entries.map(([key, record]) => {
        const ttl = this.ttl[entityOf(key)]
        return this.compareAndSet(
          [this.nameOf(key)],
          [held.get(key)?.token ?? "", encodeRecord(record), Number.isFinite(ttl) ? Math.ceil(ttl) : 0]
        )
      })
    )
    this.changes++
    done.forEach((outcome, i) => {
      const [key, record] = entries[i]
      if (outcome.status === "fulfilled" && outcome.value === 1) {
        this.decoded.keep(key, record)
        this.remember(key, record.states)
      } else this.cache.delete(key)
    })
    const failure = done.find((outcome) => outcome.status === "rejected")
    if (failure) throw failure.reason
    return entries.flatMap(([key], i) => {
      const outcome = done[i]
      return outcome.status === "fulfilled" && outcome.value === 1 ? [] : [key]
    })
  }

  private remember(key: FeatureKey, states: FeatureRecord | undefined): void {
    if (this.globalCacheMs > 0 && entityOf(key) === "global")
      this.cache.set(key, { states, until: performance.now() + this.globalCacheMs })
  }

  /** The braces make the entity and id, and nothing else, decide the server of a cluster. */
  private nameOf(key: FeatureKey): string {
    return `${this.keyPrefix}${key}}`
  }

  private keyOf(name: string): FeatureKey {
    return name.slice(this.keyPrefix.length, -1) as FeatureKey
  }
}

const contended = (keys: readonly FeatureKey[]) =>
  new PersonalizationError(
    "unavailable",
    `the feature records ${keys.slice(0, 3).join(", ")} are written by too many processes at once`
  )

const entityOf = (key: FeatureKey): Entity => key.slice(0, key.indexOf(":")) as Entity
