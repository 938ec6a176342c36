import type { Claim, EventClaims } from "../../services/events"
import type { RedisConnection } from "./connection"
import { compactId } from "./compact-id"
import { translated } from "./errors"

export interface RedisEventClaimsOptions {
  /** Before every key. Default `personalization`. */
  prefix?: string
  /** A claim is forgotten after this many seconds, and an event told again then counts anew. Default 3 days. */
  ttlSeconds?: number
}

/** Claims shared by all processes: one key per event, set by the place that comes first. */
export class RedisEventClaims implements EventClaims {
  private readonly keyPrefix: string
  private readonly ttlSeconds: number

  constructor(
    private readonly connection: RedisConnection,
    { prefix = "personalization", ttlSeconds = 3 * 86_400 }: RedisEventClaimsOptions = {}
  ) {
    this.keyPrefix = `${prefix}:c:`
    this.ttlSeconds = ttlSeconds
  }

  async claim(claims: readonly Claim[]): Promise<boolean[]> {
    const { client } = this.connection
    const owners = await translated(() =>
      // All go out in one write to each server.
      Promise.all(
        claims.map(({ eventId, place }) =>
          client.set(this.keyPrefix + compactId(eventId), place, "EX", this.ttlSeconds, "NX", "GET")
        )
      )
    )
    return owners.map((owner, i) => owner === null || owner === claims[i].place)
  }
}
