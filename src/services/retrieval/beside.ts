import { nextTurn, TURNS } from "../lib"

/** Keys that wait at most; beyond them new ones are let go. */
const WAITING = 10_000
/** Keys for later that are looked at between two turns of the event loop. */
const LOOKED_AT = 500

/** Work that nobody waits for, done beside the requests: a few keys at a time, with pauses. What fails is let go. */
export class Beside<T> {
  private readonly waiting = new Map<string, T>()
  private later: Iterator<readonly [string, T] | undefined> | undefined
  private wake: (() => void) | undefined
  private running: Promise<void> | undefined
  private closed = false

  /**
   * @param share of the time that the work may take, 0–1
   * @param together keys that are worked on at the same time
   */
  constructor(
    private readonly share: number,
    private readonly work: (key: string, what: T) => unknown,
    private readonly together: () => number = () => 1
  ) {}

  add(key: string, what: T): void {
    if (this.closed || (this.waiting.size >= WAITING && !this.waiting.has(key))) return
    this.waiting.set(key, what)
    this.start()
  }

  /**
   * These, in place of those given before, whenever nothing else waits; they are not read before their turn.
   * @param entries undefined for one that there is nothing to do for
   */
  addLater(entries: Iterable<readonly [string, T] | undefined>): void {
    if (this.closed) return
    this.later = entries[Symbol.iterator]()
    this.start()
  }

  /** Does nothing any more. */
  async close(): Promise<void> {
    this.closed = true
    this.waiting.clear()
    this.later = undefined
    this.wake?.()
    await this.running
  }

  /** Resolves when nothing waits any more. */
  async done(): Promise<void> {
    while (this.running) await this.running
  }

  private start(): void {
    this.running ??= this.run().finally(() => {
      this.running = undefined
      if (this.waiting.size > 0 || this.later) this.start()
    })
  }

  private async run(): Promise<void> {
    while (this.waiting.size > 0 || this.later) {
      // Whoever has asked for it comes first.
      await nextTurn()
      const turn = TURNS.wait()
      if (turn) await turn
      const entries = this.take(Math.max(1, this.together()))
      if (entries.length === 0) continue
      const began = performance.now()
      await Promise.allSettled(entries.map(async ([key, what]) => this.work(key, what)))
      await this.pause((performance.now() - began) * (1 / this.share - 1))
    }
  }

  /** Each is taken before it is worked on, so that it comes again when it is added meanwhile. */
  private take(most: number): (readonly [string, T])[] {
    const taken: (readonly [string, T])[] = []
    for (const entry of this.waiting) {
      if (taken.length === most) return taken
      this.waiting.delete(entry[0])
      taken.push(entry)
    }
    for (let looked = 0; looked < LOOKED_AT && taken.length < most && this.later; looked++) {
      const next = this.later.next()
      if (next.done) this.later = undefined
      else if (next.value) taken.push(next.value)
    }
    return taken
  }

  private async pause(ms: number): Promise<void> {
    if (this.closed) return
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      this.wake = resolve
      timer = setTimeout(resolve, ms).unref()
    })
    clearTimeout(timer)
  }
}
