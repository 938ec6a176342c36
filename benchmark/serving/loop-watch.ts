import { PerformanceObserver } from "node:perf_hooks"
import { WASI } from "node:wasi"

/** Turns remembered at most; a watch is far shorter. */
const MOST = 2_000_000

/** ms: a turn that no list should take. */
const LONG = 5

/** A turn of the event loop, ms: by the clock, by the processor time of its thread, and the collections of garbage in it. */
export interface Turn {
  ms: number
  cpu: number
  collections: number
}

export interface LoopReport {
  /** ms: 99 of 100 turns of the event loop were shorter. */
  loop_p99: number
  /** ms: the longest turn. */
  loop_max: number
  /** ms: the longest turn by the processor time of its thread, which waits for a core are not in; and without collections. */
  cpu_max: number
  work_max: number
  /** ms: the longest collection. */
  gc_max: number
  /** The turns of more than 5 ms. */
  long: Turn[]
}

/** A module of WebAssembly that has nothing but a page of memory. */
const MEMORY = [
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 3, 1, 0, 1, 7, 10, 1, 6, 0x6d, 0x65, 0x6d, 0x6f, 0x72, 0x79, 2, 0,
]
const THREAD_CPU = 3

/**
 * Processor time of this thread, ms (1 µs a look). WASI is the one way to the clock: `process.threadCpuUsage()` and
 * /proc/thread-self/schedstat are as old as the last tick of the scheduler, up to 4 ms.
 */
function threadClock(): () => number {
  const wasi = new WASI({ version: "preview1" })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(MEMORY)))
  wasi.initialize(instance)
  const time = new BigUint64Array((instance.exports.memory as WebAssembly.Memory).buffer)
  const read = wasi.wasiImport.clock_time_get as (clock: number, precision: bigint, to: number) => number
  return () => {
    read(THREAD_CPU, 0n, 0)
    return Number(time[0]) / 1e6
  }
}

/** Watches how long the turns of the event loop take, each by itself, and which part of them are work and collections of garbage. */
export class LoopWatch {
  private readonly ends = new Float64Array(MOST)
  private readonly spent = new Float64Array(MOST)
  private turns = 0
  private on = false
  private readonly collections: { from: number; ms: number }[] = []
  private readonly observer = new PerformanceObserver((list) => this.note(list.getEntries()))
  private readonly clock = threadClock()

  start(): void {
    this.turns = 0
    this.collections.length = 0
    this.on = true
    this.observer.observe({ entryTypes: ["gc"] })
    const turn = () => {
      if (!this.on) return
      if (this.turns < MOST) {
        this.spent[this.turns] = this.clock()
        this.ends[this.turns++] = performance.now()
      }
      setImmediate(turn)
    }
    setImmediate(turn)
  }

  async stop(): Promise<LoopReport> {
    // The turn that calls it counts as well, and entries of collections come in a later one.
    await new Promise((resolve) => setImmediate(resolve))
    this.on = false
    await new Promise((resolve) => setTimeout(resolve, 10))
    this.note(this.observer.takeRecords())
    this.observer.disconnect()
    const turns: Turn[] = []
    let next = 0
    for (let i = 1; i < this.turns; i++) {
      const ms = this.ends[i] - this.ends[i - 1]
      let collections = 0
      for (; next < this.collections.length && this.collections[next].from < this.ends[i]; next++)
        if (this.collections[next].from >= this.ends[i - 1]) collections += this.collections[next].ms
      turns.push({ ms, cpu: this.spent[i] - this.spent[i - 1], collections })
    }
    const most = (of: (turn: Turn) => number) =>
      round(turns.reduce((longest, turn) => Math.max(longest, of(turn)), 0))
    const lengths = Float64Array.from(turns, ({ ms }) => ms).sort()
    return {
      loop_p99: round(lengths[Math.floor(0.99 * lengths.length)]),
      loop_max: most(({ ms }) => ms),
      cpu_max: most(({ cpu }) => cpu),
      work_max: most(({ cpu, collections }) => cpu - collections),
      gc_max: round(this.collections.reduce((longest, { ms }) => Math.max(longest, ms), 0)),
      long: turns.filter(({ ms }) => ms > LONG),
    }
  }

  private note(entries: PerformanceEntry[]): void {
    for (const { startTime, duration } of entries) this.collections.push({ from: startTime, ms: duration })
    this.collections.sort((a, b) => a.from - b.from)
  }
}

const round = (ms = NaN) => Number(ms.toFixed(2))
