import type { DeadLetter, DeadLetterStore } from "./dead-letter-store.port"

/** Handles a dead letter again; throws when it still can't be. */
export type Redeliver = (letter: DeadLetter) => Promise<void>

export interface Replayed {
  /** Ids that were handled, and are gone. */
  replayed: string[]
  /** Those that failed again and stay. */
  failed: { id: string; error: string }[]
}

/** The dead letters, and the way back for them once their cause is mended. */
export class DeadLetters {
  constructor(
    private readonly store: DeadLetterStore,
    /** By group. */
    private readonly groups: Readonly<Record<string, Redeliver>>
  ) {}

  /** Newest first. */
  list(query: { group?: string; before?: string; limit: number }): Promise<DeadLetter[]> {
    return this.store.list(query)
  }

  /** Hands each to its group again, oldest first. Ids that are unknown are left out. */
  async replay(ids: readonly string[]): Promise<Replayed> {
    const result: Replayed = { replayed: [], failed: [] }
    for (const letter of await this.store.get(ids)) {
      try {
        const handle = this.groups[letter.group]
        if (!handle) throw new Error(`no group ${letter.group} is handled here`)
        await handle(letter)
        await this.store.remove([letter.id])
        result.replayed.push(letter.id)
      } catch (error) {
        result.failed.push({ id: letter.id, error: (error as Error).message })
      }
    }
    return result
  }

  /** Returns how many there were. */
  discard(ids: readonly string[]): Promise<number> {
    return this.store.remove(ids)
  }
}
