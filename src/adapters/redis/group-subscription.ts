import { randomUUID } from "node:crypto"
import { Tail, type LoggedEvent, type Subscription, type TailOptions } from "../../services/events"
import { GroupPartition, type GroupSettings } from "./group-partition"

/** How a change of a group's members is made known. */
const newsOf = (group: string): string => `group:${group}`

/**
 * A process's share of a group. The members that live divide the partitions among them, each by the same rule; that
 * they may for a moment disagree does no harm, for a partition is read only under its lease.
 */
export class GroupSubscription implements Subscription {
  private readonly reader = randomUUID()
  private members: readonly string[] = []
  private readonly partitions: GroupPartition[]
  private readonly tails: Tail[]
  private readonly heartbeat: NodeJS.Timeout

  constructor(
    private readonly settings: GroupSettings,
    handler: (batch: readonly LoggedEvent[]) => Promise<void>,
    bury: (event: LoggedEvent, error: Error) => Promise<void>,
    options: TailOptions,
    private readonly ended: () => void
  ) {
    this.partitions = Array.from(
      { length: settings.keys.partitions },
      (_, partition) => new GroupPartition(settings, partition, this.reader, () => this.owns(partition), bury)
    )
    this.tails = this.partitions.map((partition) => new Tail(partition, handler, options))
    this.heartbeat = setInterval(() => void this.beat(), settings.leaseMs / 3).unref()
  }

  /** Joins the group. */
  begin(): Promise<void> {
    return this.beat()
  }

  /** Something was published: there are new events in a partition, or other members. */
  told(message: string): void {
    if (message === newsOf(this.settings.group)) void this.beat()
    else if (this.owns(Number(message))) this.tails[Number(message)]?.wake()
  }

  async caughtUp(): Promise<void> {
    await Promise.all(this.tails.map((tail) => tail.caughtUp()))
  }

  async close(): Promise<void> {
    clearInterval(this.heartbeat)
    await Promise.all(this.tails.map((tail) => tail.close()))
    const { scripts, keys, group } = this.settings
    // When Redis is away the others find out by themselves.
    await scripts
      .leave([keys.members(group)], [this.reader, keys.channel, newsOf(group)])
      .catch(() => undefined)
    this.ended()
  }

  private owns(partition: number): boolean {
    const { members } = this
    return members.length > 0 && members[partition % members.length] === this.reader
  }

  /** Tells that this process lives, and learns who else does. Never rejects: the connection complains enough. */
  private async beat(): Promise<void> {
    const { scripts, keys, group, leaseMs } = this.settings
    const joined = async () => {
      const members = await scripts.join(
        [keys.members(group)],
        [this.reader, leaseMs, keys.channel, newsOf(group)]
      )
      const before = this.members
      this.members = (members as string[]).sort()
      if (before.join() === this.members.join()) return
      for (const tail of this.tails) tail.wake()
    }
    const renewed = this.partitions.map((partition) => partition.renew())
    await Promise.allSettled([joined(), ...renewed])
  }
}
