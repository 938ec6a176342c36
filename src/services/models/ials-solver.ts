import { KernelMemory, type Crew, type KernelCall, type SparseRows } from "../lib"

/** Pieces that a sweep is cut into: always the same, so that the answer does not depend on the threads. */
const PIECES = 32
/** Rows of a Gram matrix that are summed in 32-bit floats. */
const GRAM_ROWS = 4096

/** Interactions as seen from one side, and the ridge of a row by its weight. */
interface SideInput {
  matrix: SparseRows
  ridgeOf(weight: number): number
}

/** One side of the factorisation in the kernels' memory: its factors and the interactions as seen from it. */
interface Side {
  rows: number
  factors: number
  start: number
  columns: number
  weights: number
  ridges: number
}

/**
 * Alternating least squares on one memory. `dimension` is the length of a factor, a multiple of 8; `unobservedWeight` is
 * that of one pair that was not taken (Rendle: α₀).
 * Memory: 16 bytes per interaction and 4·dimension per row and column.
 */
export class IalsSolver {
  readonly memory = new KernelMemory()
  readonly users: Side
  readonly items: Side
  private readonly gramAt: number
  private readonly partsAt: number
  private readonly scratchAt: number

  constructor(
    readonly dimension: number,
    private readonly unobservedWeight: number,
    { users, items }: { users: SideInput; items: SideInput }
  ) {
    this.users = this.side(users)
    this.items = this.side(items)
    const parts = Math.ceil(Math.max(users.matrix.rows, items.matrix.rows) / GRAM_ROWS)
    this.gramAt = this.memory.reserve(dimension * dimension * 4)
    this.partsAt = this.memory.reserve(parts * dimension * dimension * 4)
    this.scratchAt = this.memory.reserve(PIECES * 3 * dimension * 4)
  }

  factors(side: Side): Float32Array {
    return this.memory.floats(side.factors, side.rows * this.dimension)
  }

  /** The Gram matrix of a side's factors times the unobserved weight. */
  async gram(side: Side, crew: Crew): Promise<Float32Array> {
    const size = this.dimension * this.dimension
    const calls: KernelCall[] = []
    for (let row = 0; row < side.rows; row += GRAM_ROWS) {
      const rows = Math.min(GRAM_ROWS, side.rows - row)
      const from = side.factors + row * this.dimension * 4
      calls.push({
        kernel: "gram",
        args: [from, rows, this.dimension, this.partsAt + calls.length * size * 4],
      })
    }
    await crew.run(calls)
    const parts = this.memory.floats(this.partsAt, calls.length * size)
    const gram = new Float32Array(size)
    for (let i = 0; i < size; i++) {
      let sum = 0
      for (let part = i; part < parts.length; part += size) sum += parts[part]
      gram[i] = this.unobservedWeight * sum
    }
    return gram
  }

  /** One pass over a side's rows, given the other side. */
  async sweep(side: Side, other: Side, steps: number, crew: Crew): Promise<void> {
    this.memory.floats(this.gramAt, this.dimension * this.dimension).set(await this.gram(other, crew))
    const start = this.memory.ints(side.start, side.rows + 1)
    const calls: KernelCall[] = []
    // A row's work grows with its entries, so the pieces are cut by entries and rows together.
    const share = (start[side.rows] + side.rows) / PIECES
    for (let piece = 0, first = 0; piece < PIECES; piece++) {
      let end = first
      while (end < side.rows && (piece === PIECES - 1 || start[end] + end < (piece + 1) * share)) end++
      if (end === first) continue
      const scratch = this.scratchAt + piece * 3 * this.dimension * 4
      calls.push({
        kernel: "conjugateGradient",
        args: [
          ...[first, end, side.start, side.columns, side.weights, other.factors],
          ...[this.gramAt, side.ridges, side.factors, this.dimension, steps, scratch],
        ],
      })
      first = end
    }
    await crew.run(calls)
  }

  private side({ matrix, ridgeOf }: SideInput): Side {
    const { rows, start, columns, values } = matrix
    const ridges = new Float32Array(rows)
    for (let row = 0; row < rows; row++) {
      let weight = 0
      for (let at = start[row]; at < start[row + 1]; at++) weight += values[at]
      ridges[row] = ridgeOf(weight)
    }
    return {
      rows,
      factors: this.memory.reserve(rows * this.dimension * 4),
      start: this.memory.place(start),
      columns: this.memory.place(columns),
      weights: this.memory.place(values),
      ridges: this.memory.place(ridges),
    }
  }
}
