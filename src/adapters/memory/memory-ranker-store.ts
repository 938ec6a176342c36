import { systemClock, type Clock } from "../../services/lib"
import type { RankerState, RankerStore } from "../../services/ranking"

/** A ranker's state in this process. */
export class MemoryRankerStore implements RankerStore {
  private state: RankerState | undefined
  private holder: { owner: string; until: number } | undefined

  constructor(private readonly clock: Clock = systemClock) {}

  async load(): Promise<RankerState | undefined> {
    return structuredClone(this.state)
  }

  async revision(): Promise<number> {
    return this.state?.revision ?? 0
  }

  async lease(owner: string, ms: number): Promise<boolean> {
    const now = this.clock.now()
    if (this.holder && this.holder.owner !== owner && this.holder.until > now) return false
    this.holder = { owner, until: now + ms }
    return true
  }

  async save(state: RankerState): Promise<boolean> {
    if (state.revision !== (await this.revision()) + 1) return false
    this.state = structuredClone(state)
    return true
  }
}
