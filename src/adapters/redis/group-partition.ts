import type { Metrics } from "../../services/lib"
import type { EventClaims, LoggedEvent, Polled, TailSource } from "../../services/events"
import type { RedisConnection } from "./connection"
import type { StreamEntry } from "./driver"
import { eventsOf, groupState, newestId, owned } from "./stream-entries"
import type { StreamKeys } from "./stream-keys"
import { offsetOfId } from "./stream-offset"
import type { StreamScripts } from "./stream-scripts"

/** What every reader of a group's partition is told. */
export interface GroupSettings {
  connection: RedisConnection
  scripts: StreamScripts
  keys: StreamKeys
  claims: EventClaims
  metrics: Metrics
  group: string
  batchSize: number
  leaseMs: number
  /** Acknowledged entries are kept for this long, ms. */
  retentionMs: number
  /** Entries of a partition at most. */
  maxLength: number
  janitorMs: number
}

/**
 * One partition on behalf of a group. Whoever holds its lease reads it, and first what was delivered before and never
 * acknowledged: a process that died leaves its batch to the next one, at the same places and in the same order.
 */
export class GroupPartition implements TailSource {
  /** What is read next: what is in hand (`0`), or what is new (`>`). After any failure something may be in hand. */
  private from: "0" | ">" = "0"
  private position: string | undefined
  private trimmedAt = performance.now()
  holding = false

  constructor(
    private readonly settings: GroupSettings,
    private readonly partition: number,
    /** Names the subscription in leases. */
    private readonly reader: string,
    private readonly isMine: () => boolean,
    readonly bury: (event: LoggedEvent, error: Error) => Promise<void>
  ) {}

  async poll(handle: (batch: readonly LoggedEvent[]) => Promise<boolean>): Promise<Polled> {
    if (!this.isMine()) {
      await this.release()
      return this.busy()
    }
    const from = this.from
    this.from = "0"
    const taken = await this.take(from)
    this.holding = taken !== null
    if (!taken) return this.busy()
    const [heldBefore, entries] = taken
    const newOnes = heldBefore === 1 && from === ">"
    if (entries.length === 0) {
      this.from = ">"
      await this.keepTidy()
      return { position: this.position, idle: newOnes }
    }
    const { claims, metrics, group } = this.settings
    const told = eventsOf(entries, this.partition)
    const events = await owned(claims, told)
    if (events.length < told.length)
      metrics.count("events_duplicate_total", { group }, told.length - events.length)
    if (events.length > 0 && !(await handle(events))) return { position: this.position, idle: false }
    if (!(await this.acknowledge(entries))) {
      this.holding = false
      return this.busy()
    }
    if (newOnes) this.from = ">"
    this.position = offsetOfId(entries[entries.length - 1][0])
    await this.keepTidy()
    return { position: this.position, idle: false }
  }

  async head(): Promise<string | undefined> {
    const newest = await newestId(this.settings.connection.client, this.stream)
    return newest && offsetOfId(newest)
  }

  /** Tells the server that the holder lives, though its handler takes long. */
  async renew(): Promise<void> {
    if (!this.holding) return
    const { scripts, leaseMs } = this.settings
    await scripts.renew([this.lease], [this.reader, leaseMs])
  }

  async release(): Promise<void> {
    if (!this.holding) return
    this.holding = false
    this.from = "0"
    const { scripts, keys } = this.settings
    await scripts.release([this.lease], [this.reader, keys.channel, this.partition])
  }

  async ended(): Promise<void> {
    // When Redis is away the lease ends by itself.
    await this.release().catch(() => undefined)
  }

  private get stream(): string {
    return this.settings.keys.stream(this.partition)
  }

  private get lease(): string {
    return this.settings.keys.lease(this.partition, this.settings.group)
  }

  private async take(from: "0" | ">"): Promise<[heldBefore: 0 | 1, entries: StreamEntry[]] | null> {
    const { scripts, leaseMs, group, batchSize } = this.settings
    const read = () =>
      scripts.take([this.stream, this.lease], [this.reader, leaseMs, group, batchSize, from]) as Promise<
        [0 | 1, StreamEntry[]] | null
      >
    return read().catch(async (error: Error) => {
      if (!error.message.includes("NOGROUP")) throw error
      await scripts.open([this.stream], [group])
      return read()
    })
  }

  /** False when the lease was lost: another process handles these entries, or has. */
  private async acknowledge(entries: readonly StreamEntry[]): Promise<boolean> {
    const { scripts, group } = this.settings
    const ids = entries.map(([id]) => id)
    return (await scripts.acknowledge([this.stream, this.lease], [this.reader, group, ...ids])) === 1
  }

  private async busy(): Promise<Polled> {
    const { scripts, group } = this.settings
    const state = await groupState(scripts, this.stream, group)
    return { position: state?.committed, idle: false, busy: true }
  }

  /** Drops what all groups have done with. */
  private async keepTidy(): Promise<void> {
    const { scripts, retentionMs, maxLength, janitorMs } = this.settings
    if (performance.now() - this.trimmedAt < janitorMs) return
    this.trimmedAt = performance.now()
    await scripts.trim([this.stream], [retentionMs, maxLength])
  }
}
