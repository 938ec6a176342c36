import type { ExactVectorIndex } from "../wasm"
import { FaissProcess, Unanswered, type Heartbeat } from "./faiss-process"

/** Rows sent at a time; the next slice waits until this one is in. */
const SLICE = 1_000
/** Dead rows borne before a new copy is worth its while, and asked for on top of the neighbours wanted. */
const DEAD_LIMIT = 200

/** How a replica searches. */
export interface Walk {
  /** Up to so many vectors FAISS scans them all, exactly; beyond, it walks a graph. */
  flatLimit: number
  /** Candidates that the graph walk keeps (efSearch): more find more of the nearest, and take longer. */
  breadth: number
}

/**
 * One copy of an exact index inside a FAISS process. Positions count up and never move: FAISS cannot remove from a
 * graph, so a removed or replaced row stays as a dead one and is left out of the answers.
 */
export class Replica {
  readonly process: FaissProcess
  /** A graph finds most of the nearest, a flat index all. */
  readonly isGraph: boolean
  private readonly positions = new Map<string, number>()
  private readonly ids: (string | undefined)[] = []
  /** The newest addition; the process takes them in order, so when it is in, all are. */
  private newest: Promise<void> = Promise.resolve()

  constructor(
    private readonly exact: ExactVectorIndex,
    private readonly walk: Walk,
    heartbeat: Heartbeat,
    onAlive: (rss: number) => void
  ) {
    this.isGraph = exact.size > walk.flatLimit
    this.process = new FaissProcess(heartbeat, onAlive)
  }

  /** True when another copy would serve better: many dead rows, or too many rows to scan them all. */
  get worn(): boolean {
    const dead = this.ids.length - this.positions.size
    if (dead > Math.max(DEAD_LIMIT, this.positions.size / 4)) return true
    return !this.isGraph && this.positions.size > 2 * this.walk.flatLimit
  }

  /** Copies the whole exact index, as it is and as it changes meanwhile (through `append` and `drop`). */
  async load(): Promise<void> {
    await this.process.open(this.exact.dimensions, this.isGraph ? this.walk.breadth : undefined)
    const ids = this.exact.ids()
    for (let first = 0; first < ids.length; first += SLICE) {
      await this.append(ids.slice(first, first + SLICE).filter((id) => !this.positions.has(id)))
    }
    await this.newest
  }

  /** Copies the present vectors of `ids`; those that the exact index no longer has are left out. */
  append(ids: readonly string[]): Promise<void> {
    const { dimensions } = this.exact
    const rows = new Float32Array(ids.length * dimensions)
    let count = 0
    for (const id of ids) {
      if (!this.exact.copy(id, rows, count * dimensions)) continue
      this.drop([id])
      this.positions.set(id, this.ids.length)
      this.ids.push(id)
      count++
    }
    if (count === 0) return this.newest
    this.newest = this.process.add(rows.slice(0, count * dimensions))
    return this.newest
  }

  drop(ids: readonly string[]): void {
    for (const id of ids) {
      const position = this.positions.get(id)
      if (position === undefined) continue
      this.positions.delete(id)
      this.ids[position] = undefined
    }
  }

  /**
   * The nearest `k`, best first.
   * @throws Unanswered when the process does not answer, `broad` when the graph walk keeps fewer than `k`, `short`
   * when too many of the nearest are dead.
   */
  async search(query: Float32Array, k: number, timeoutMs: number): Promise<{ id: string; score: number }[]> {
    const wanted = Math.min(k, this.positions.size)
    if (this.isGraph && wanted > this.walk.breadth) throw new Unanswered("broad")
    const withDead = wanted + Math.min(this.ids.length - this.positions.size, wanted + DEAD_LIMIT)
    const asked = this.isGraph ? Math.min(withDead, this.walk.breadth) : withDead
    const { labels, scores } = await this.process.search(query, asked, timeoutMs)
    const found: { id: string; score: number }[] = []
    for (let i = 0; i < labels.length && found.length < wanted; i++) {
      const id = this.ids[labels[i]]
      if (id !== undefined) found.push({ id, score: scores[i] })
    }
    // Rows may have been removed while the answer was on its way.
    if (found.length < Math.min(wanted, this.positions.size)) throw new Unanswered("short")
    return found
  }
}
