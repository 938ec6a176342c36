import type { Admin } from "kafkajs"
import { unavailable, within, type KafkaClient } from "./kafka-client"

/** Where a partition begins and ends: the oldest offset that is kept, and the next one to be written. */
export interface Extent {
  low: bigint
  high: bigint
}

const REQUEST_MS = 5_000
/** Longer than any of our calls takes with all its retries. */
const CALL_MS = 15_000

/** Questions to the cluster, over a connection that is made anew after every failure. */
export class KafkaAdmin {
  private admin: Promise<Admin> | undefined

  constructor(private readonly client: KafkaClient) {}

  /** @throws PersonalizationError `unavailable` */
  async use<T>(task: (admin: Admin) => Promise<T>, ms = CALL_MS): Promise<T> {
    const admin = (this.admin ??= this.connect())
    const answer = admin.then((connected) => task(connected))
    try {
      return await within(ms, answer)
    } catch (error) {
      if (this.admin === admin) this.admin = undefined
      // A question that is still being asked would connect it again.
      void answer.catch(() => undefined).then(() => disconnect(admin))
      throw unavailable("the cluster does not answer", error)
    }
  }

  async extents(topic: string): Promise<Map<number, Extent>> {
    const offsets = await this.use((admin) => admin.fetchTopicOffsets(topic))
    return new Map(
      offsets.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }])
    )
  }

  /** Next offset of each partition for a group; partitions it has not begun are missing. */
  async committed(groupId: string, topic: string): Promise<Map<number, bigint>> {
    const [found] = await this.use((admin) => admin.fetchOffsets({ groupId, topics: [topic] }))
    const begun = (found?.partitions ?? []).filter(({ offset }) => BigInt(offset) >= 0n)
    return new Map(begun.map(({ partition, offset }) => [partition, BigInt(offset)]))
  }

  async close(): Promise<void> {
    const { admin } = this
    this.admin = undefined
    if (admin) await disconnect(admin)
  }

  private async connect(): Promise<Admin> {
    const admin = (await this.client.open(REQUEST_MS)).admin()
    await admin.connect()
    return admin
  }
}

/** Events between the positions and the ends. */
export function remaining(extents: Map<number, Extent>, positions: ReadonlyMap<number, bigint>): bigint {
  let sum = 0n
  for (const [partition, { low, high }] of extents) {
    const position = positions.get(partition) ?? low
    // What is no longer kept is not waited for.
    const next = position < low ? low : position
    if (next < high) sum += high - next
  }
  return sum
}

const disconnect = (admin: Promise<Admin>): Promise<void> =>
  within(
    REQUEST_MS,
    admin.then((connected) => connected.disconnect())
  ).catch(() => undefined)
