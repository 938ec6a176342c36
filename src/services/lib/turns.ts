/**
 * Shares the event loop between pieces of work of which nobody knows ahead how long they take: when those of one turn of the
 * loop have taken `ms` together, the others wait for later turns, first come, first served.
 */
export class Turns {
  private readonly waiting: (() => void)[] = []
  /** When the first of this turn began, while the turn lasts. */
  private began: number | undefined

  constructor(private readonly ms: number) {}

  /**
   * Undefined when the work may be done at once, with nothing awaited before it; else resolves when it may. What was let
   * in is done to its end in the same turn.
   */
  wait(): Promise<void> | undefined {
    if (this.began === undefined) {
      this.began = performance.now()
      setImmediate(this.next)
      return undefined
    }
    if (this.waiting.length === 0 && performance.now() - this.began < this.ms) return undefined
    return new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  private readonly next = (): void => {
    const first = this.waiting.shift()
    this.began = first && performance.now()
    if (!first) return
    setImmediate(this.next)
    first()
  }
}

/** The turns of this process's event loop, for lists and what is done beside them: a list takes about as long. */
export const TURNS = new Turns(1.5)
