/** Keys that wait at most; beyond them new ones are let go. */
const WAITING = 10_000

/** Work that nobody waits for, done beside the requests: a few keys at a time, with pauses. What fails is let go. */
export class Beside<T> {
  private readonly waiting = new Map<string, T>()
  private later: Iterator<readonly [string, T]> | undefined
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

  /** These, in place of those given before, whenever nothing else waits; they are not read before their turn. */
  addLater(entries: Iterable<readonly [string, T]>): void {
    if (this.closed) return
    this.later = entries[Symbol.iterator]()
    this.start()
  }

  /** Does nothing any more. */
  async close(): Promise<void> {
    this.closed = true
    this.waiting.clear()
    this.later = undefined
    await this.running
  }

  /** Resolves when nothing waits any more. */
  async done(): Promise<void> {
    while (this.running) await this.running
  }

  private start(): void {
    this.running ??= this.run().finally(() => (this.running = undefined))
  }

  private async run(): Promise<void> {
    for (;;) {
      // Whoever has asked for it comes first.
      await new Promise<void>((resolve) => setImmediate(resolve))
      const entries = this.take(Math.max(1, this.together()))
      if (entries.length === 0) return
      const began = performance.now()
      await Promise.all(entries.map(([key, what]) => this.try(key, what)))
      const pause = (performance.now() - began) * (1 / this.share - 1)
      await new Promise<void>((resolve) => setTimeout(resolve, pause).unref())
    }
  }

  private take(most: number): (readonly [string, T])[] {
    const taken: (readonly [string, T])[] = []
    for (const entry of this.waiting) {
      if (taken.length === most) return taken
      taken.push(entry)
    }
    while (taken.length < most && this.later) {
      const next = this.later.next()
      if (next.done) this.later = undefined
      else taken.push(next.value)
    }
    return taken
  }

  private async try(key: string, what: T): Promise<void> {
    try {
      await this.work(key, what)
    } catch {
      // It is asked for again when it is needed.
    }
    // What has come up anew meanwhile stays.
    if (this.waiting.get(key) === what) this.waiting.delete(key)
  }
}
