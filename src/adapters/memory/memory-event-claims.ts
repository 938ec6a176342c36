import { LRUCache } from "lru-cache"
import type { Claim, EventClaims } from "../../services/events"

/** Claims of one process, the newest million of them. */
export class MemoryEventClaims implements EventClaims {
  private readonly owners: LRUCache<string, string>

  constructor(max = 1_000_000) {
    this.owners = new LRUCache({ max })
  }

  async claim(claims: readonly Claim[]): Promise<boolean[]> {
    return claims.map(({ eventId, place }) => {
      const owner = this.owners.get(eventId)
      if (owner === undefined) this.owners.set(eventId, place)
      return owner === undefined || owner === place
    })
  }
}
