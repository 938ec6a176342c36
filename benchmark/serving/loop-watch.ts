import { PerformanceObserver } from "node:perf_hooks"

/** Turns remembered at most; a watch is far shorter. */
const MOST = 2_000_000

export interface LoopReport {
  /** ms: 99 of 100 turns of the event loop were shorter. */
  loop_p99: number
  /** ms: the longest turn, and how long it would have been without the collections of garbage in it. */
  loop_max: number
  work_max: number
  /** ms: the longest collection. */
  gc_max: number
}

/** Watches how long the turns of the event loop take, each by itself, and which part of them collections of garbage have. */
export class LoopWatch {
  private readonly ends = new Float64Array(MOST)
  private turns = 0
  private on = false
  private readonly collections: { from: number; ms: number }[] = []
  private readonly observer = new PerformanceObserver((list) => this.note(list.getEntries()))

  start(): void {
    this.turns = 0
    this.collections.length = 0
    this.on = true
    this.observer.observe({ entryTypes: ["gc"] })
    const turn = () => {
      if (!this.on) return
      if (this.turns < MOST) this.ends[this.turns++] = performance.now()
      setImmediate(turn)
    }
    setImmediate(turn)
  }

  async stop(): Promise<LoopReport> {
    this.on = false
    // Entries come in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 10))
    this.note(this.observer.takeRecords())
    this.observer.disconnect()
    const lengths = new Float64Array(Math.max(0, this.turns - 1))
    let work = 0
    let next = 0
    for (let i = 0; i < lengths.length; i++) {
      lengths[i] = this.ends[i + 1] - this.ends[i]
      let own = lengths[i]
      for (; next < this.collections.length && this.collections[next].from < this.ends[i + 1]; next++)
        if (this.collections[next].from >= this.ends[i]) own -= this.collections[next].ms
      work = Math.max(work, own)
    }
    const sorted = lengths.sort()
    const round = (ms = NaN) => Number(ms.toFixed(2))
    return {
      loop_p99: round(sorted[Math.floor(0.99 * sorted.length)]),
      loop_max: round(sorted.at(-1)),
      work_max: round(work),
      gc_max: round(this.collections.reduce((most, { ms }) => Math.max(most, ms), 0)),
    }
  }

  private note(entries: PerformanceEntry[]): void {
    for (const { startTime, duration } of entries) this.collections.push({ from: startTime, ms: duration })
    this.collections.sort((a, b) => a.from - b.from)
  }
}
