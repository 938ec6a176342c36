import { LRUCache } from "lru-cache"
import { PersonalizationError, type Clock } from "../services/lib"
import { LATE, within } from "../services/retrieval"

export interface RememberedOptions {
  clock: Clock
  /** Answers kept at most. Default 1,000. */
  max?: number
  /** How long an answer is taken as it is. Default 60,000 ms. */
  freshMs?: number
  /** How long it still helps while the source does not answer. Default 600,000 ms. */
  staleMs?: number
  /** How long a request that has an old answer waits for a new one. Default 500 ms. */
  budgetMs?: number
  /** How long one that has none waits. Default 3,000 ms. */
  patienceMs?: number
}

/** That there is nothing is remembered for a short time only: what is missing may be made at any moment. */
const NOTHING_MS = 5_000
/** After a failure those who have an old answer do not wait again for so long. */
const PAUSE_MS = 1_000

interface Known<T> {
  value: T | undefined
  /** When it was read. */
  at: number
  /** Until then nobody waits for the source. */
  pausedUntil: number
}

/** Answers of a slow or absent source: asked once for many requests, and outlived by what was known. */
export class Remembered<T> {
  private readonly known: LRUCache<string, Known<T>>
  private readonly asking = new Map<string, Promise<T | undefined>>()
  private readonly options: Required<RememberedOptions>

  /** @param read undefined: there is nothing of this name */
  constructor(
    private readonly read: (key: string) => Promise<T | undefined>,
    options: RememberedOptions
  ) {
    this.options = {
      max: 1_000,
      freshMs: 60_000,
      staleMs: 600_000,
      budgetMs: 500,
      patienceMs: 3_000,
      ...options,
    }
    this.known = new LRUCache({ max: this.options.max })
  }

  /** @throws PersonalizationError `unavailable` when the source does not answer and no answer of before will do */
  async get(key: string): Promise<T | undefined> {
    const { clock, freshMs, budgetMs, patienceMs } = this.options
    const now = clock.now()
    const known = this.known.get(key)
    if (known) {
      const age = now - known.at
      if (age < (known.value === undefined ? NOTHING_MS : freshMs)) return known.value
      if (now < known.pausedUntil && this.helps(known, now)) return known.value
    }
    const old = known && this.helps(known, now) ? known : undefined
    let cause: unknown
    try {
      const answer = await within(this.ask(key), old ? budgetMs : patienceMs)
      if (answer !== LATE) return answer
    } catch (error) {
      cause = error
    }
    if (old) {
      old.pausedUntil = clock.now() + PAUSE_MS
      return old.value
    }
    if (cause instanceof PersonalizationError) throw cause
    const message = "The store's database does not answer in time"
    throw new PersonalizationError("unavailable", message, { cause, retryAfter: 1 })
  }

  /** Keeps an answer that nobody has asked for yet. */
  learn(key: string, value: T): void {
    this.known.set(key, { value, at: this.options.clock.now(), pausedUntil: 0 })
  }

  private helps({ value, at }: Known<T>, now: number): boolean {
    return value !== undefined && now - at < this.options.staleMs
  }

  /** One question at a time for a key, whoever asks; an answer that comes late is kept for the next. */
  private ask(key: string): Promise<T | undefined> {
    let asking = this.asking.get(key)
    if (!asking) {
      asking = this.read(key)
        .then((value) => {
          this.known.set(key, { value, at: this.options.clock.now(), pausedUntil: 0 })
          return value
        })
        .finally(() => this.asking.delete(key))
      this.asking.set(key, asking)
    }
    return asking
  }
}
