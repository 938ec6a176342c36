/** Keys that wait at most; beyond them new ones are let go. */
const WAITING = 10_000
/** Work that nobody waits for, done beside the requests: key by key, with pauses in between. What fails is let go. */
export class Beside<T> {
  private readonly waiting = new Map<string, T>()
  private running: Promise<void> | undefined
  private closed = false

  /** @param share of the time that the work may take, 0–1 */
  constructor(
    private readonly share: number,
    private readonly work: (key: string, what: T) => unknown
  ) {}

  add(key: string, what: T): void {
    if (this.closed || (this.waiting.size >= WAITING && !this.waiting.has(key))) return
    this.waiting.set(key, what)
    this.running ??= this.run().finally(() => (this.running = undefined))
  }

  /** Does nothing any more. */
  async close(): Promise<void> {
    this.closed = true
    this.waiting.clear()
    await this.running
  }

  /** Resolves when nothing waits any more. */
  async done(): Promise<void> {
    while (this.running) await this.running
  }

  private async run(): Promise<void> {
    // Whoever has asked for it comes first.
    await new Promise<void>((resolve) => setImmediate(resolve))
    for (const [key, what] of this.waiting) {
      const began = performance.now()
      try {
        await this.work(key, what)
      } catch {
        // It is asked for again when it is needed.
      }
      // What has come up anew meanwhile stays.
      if (this.waiting.get(key) === what) this.waiting.delete(key)
      const pause = (performance.now() - began) * (1 / this.share - 1)
      await new Promise<void>((resolve) => setTimeout(resolve, pause).unref())
    }
  }
}
