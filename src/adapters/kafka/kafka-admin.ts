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

/** A connection, ended when it is retired and the last question over it is answered: one still open would revive it. */
interface Lease {
  admin: Promise<Admin>
  questions: number
  retired: boolean
}

/** Questions to the cluster, over a connection that is made anew after every failure. */
export class KafkaAdmin {
  private lease: Lease | undefined

  constructor(private readonly client: KafkaClient) {}

  /** @throws PersonalizationError `unavailable` */
  async use<T>(task: (admin: Admin) => Promise<T>, ms = CALL_MS): Promise<T> {
    const lease = (this.lease ??= { admin: this.connect(), questions: 0, retired: false })
    lease.questions++
    const answer = lease.admin.then(task)
    const answered = () => {
      lease.questions--
      void endUnused(lease)
    }
    answer.then(answered, answered)
    try {
      return await within(ms, answer)
    } catch (error) {
      void this.retire(lease)
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
    if (this.lease) await this.retire(this.lease)
  }

  private retire(lease: Lease): Promise<void> {
    if (this.lease === lease) this.lease = undefined
    lease.retired = true
    return endUnused(lease)
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

async function endUnused({ admin, questions, retired }: Lease): Promise<void> {
  if (!retired || questions > 0) return
  const ended = admin.then((connected) => connected.disconnect())
  await within(REQUEST_MS, ended).catch(() => undefined)
}
