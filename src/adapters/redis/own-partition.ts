import type { EventClaims, LoggedEvent, Polled, TailSource } from "../../services/events"
import type { RedisClient } from "./driver"
import { translated } from "./errors"
import { eventsOf, newestId, owned } from "./stream-entries"
import { offsetOfId } from "./stream-offset"

/** One partition for a process of its own, which shares nothing and has nothing acknowledged. */
export class OwnPartition implements TailSource {
  constructor(
    private readonly client: RedisClient,
    private readonly claims: EventClaims,
    private readonly stream: string,
    private readonly partition: number,
    private readonly batchSize: number,
    /** Id of the newest entry that is handled. */
    private after: string,
    readonly bury: (event: LoggedEvent, error: Error) => Promise<void>
  ) {}

  async poll(handle: (batch: readonly LoggedEvent[]) => Promise<boolean>): Promise<Polled> {
    const entries = await translated(() =>
      this.client.xrange(this.stream, `(${this.after}`, "+", "COUNT", this.batchSize)
    )
    if (entries.length > 0) {
      const events = await owned(this.claims, eventsOf(entries, this.partition))
      if (events.length === 0 || (await handle(events))) this.after = entries[entries.length - 1][0]
    }
    return { position: offsetOfId(this.after), idle: entries.length === 0 }
  }

  async head(): Promise<string | undefined> {
    const newest = await newestId(this.client, this.stream)
    return newest && offsetOfId(newest)
  }
}
