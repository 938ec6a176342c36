import type { MonitoredVectorIndex } from "../../services/retrieval"
import { Best, BLOCK_ROWS, MAX_NEIGHBOURS, Rows } from "./rows"
import { Turns } from "./turns"
import { checkShape, inverseLength, unitQuery } from "./vectors"

/** Numbers scanned between two turns of the event loop: .3 to 2 ms, by how fast memory is. */
const TURN_BUDGET = 4_000_000
/** Writing a number (normalising, copying, rounding, hashing its id) takes longer than scanning 200. */
const WRITE_COST = 200
const ROWS_A_WRITE = 512

/** One for the whole process, for all indexes share its event loop. */
const turns = new Turns(TURN_BUDGET)

/**
 * Exact nearest neighbours: a SIMD scan over all rows in WebAssembly, needing no native package.
 * Long scans and writes are cut into pieces between which the event loop turns. Memory: 5 bytes × dimensions a
 * vector, and the id. A search brings at most 4,096 neighbours. The caller leaves given arrays alone until the
 * promise resolves.
 */
export class ExactVectorIndex implements MonitoredVectorIndex {
  readonly kind = "exact"
  readonly fallbacks = 0
  readonly together = 1
  private rows: Rows
  private writes: Promise<unknown> = Promise.resolve()

  constructor(readonly dimensions: number) {
    this.rows = new Rows(dimensions)
  }

  get size(): number {
    return this.rows.size
  }

  build(ids: readonly string[], vectors: Float32Array): Promise<void> {
    return this.inOrder(async () => {
      const next = new Rows(this.dimensions)
      await this.write(next, ids, vectors)
      this.rows = next
    })
  }

  add(ids: readonly string[], vectors: Float32Array): Promise<void> {
    return this.inOrder(() => this.write(this.rows, ids, vectors))
  }

  remove(ids: readonly string[]): Promise<void> {
    return this.inOrder(() =>
      this.slices(ids.length, (first, end) => {
        for (let i = first; i < end; i++) this.rows.remove(ids[i])
      })
    )
  }

  async search(query: Float32Array, k: number): Promise<{ id: string; score: number }[]> {
    // A build that ends meanwhile swaps `this.rows`; this search stays with the content it began on.
    const rows = this.rows
    const { unit, wanted } = this.prepare(query, k)
    if (!unit) return []
    const best = new Best(wanted)
    const changes = rows.changes
    const asked = rows.query(unit)
    const step = Math.ceil(TURN_BUDGET / this.dimensions / BLOCK_ROWS) * BLOCK_ROWS
    for (let first = 0; first < rows.slots; first += step) {
      const end = Math.min(first + step, rows.slots)
      await turns.run((end - first) * this.dimensions, () => rows.scan(asked, first, end, best))
    }
    return rows.read(best, unit, changes)
  }

  /** Checks a search: the query at length 1 and the number of neighbours to find; no `unit` when that is 0. */
  prepare(query: Float32Array, k: number): { unit?: Float32Array; wanted: number } {
    const unit = unitQuery(query, this.dimensions)
    const wanted = Math.min(Math.floor(k), this.size, MAX_NEIGHBOURS)
    return unit && wanted > 0 ? { unit, wanted } : { wanted: 0 }
  }

  /** The ids in the index, in the order in which they came. */
  ids(): string[] {
    return [...this.rows.keys()]
  }

  /** Copies the unit vector of `id` into `target` from `offset` on; false when it is not in the index. */
  copy(id: string, target: Float32Array, offset: number): boolean {
    return this.rows.copy(id, target, offset)
  }

  async recall(): Promise<number> {
    return 1
  }

  /** Waits for the writes under way and gives the memory back; the index is empty afterwards. */
  close(): Promise<void> {
    return this.inOrder(async () => {
      this.rows = new Rows(this.dimensions)
    })
  }

  /** All or nothing: every vector is checked before the first is written. */
  private async write(rows: Rows, ids: readonly string[], vectors: Float32Array): Promise<void> {
    const { dimensions } = this
    checkShape(ids, vectors, dimensions)
    const scales = new Float64Array(ids.length)
    await this.slices(ids.length, (first, end) => {
      for (let i = first; i < end; i++) scales[i] = inverseLength(vectors, i * dimensions, dimensions, ids[i])
    })
    rows.reserve(rows.slots + ids.length)
    await this.slices(ids.length, (first, end) => {
      for (let i = first; i < end; i++) rows.put(ids[i], vectors, i * dimensions, scales[i])
    })
  }

  private async slices(count: number, work: (first: number, end: number) => void): Promise<void> {
    for (let first = 0; first < count; first += ROWS_A_WRITE) {
      const end = Math.min(first + ROWS_A_WRITE, count)
      await turns.run((end - first) * this.dimensions * WRITE_COST, () => work(first, end))
    }
  }

  /** Writes follow each other, so that an addition during a build is not lost with the old content. */
  private inOrder(work: () => Promise<void>): Promise<void> {
    const done = this.writes.then(work)
    this.writes = done.catch(() => undefined)
    return done
  }
}
