import { PersonalizationError } from "../errors"
import type { KernelMemory } from "./kernel-memory"
import type { Crew } from "./parallel.port"

/** Rows and columns of a block; assembly/dense.ts has the same. */
const BLOCK = 128
const BLOCK_FLOATS = BLOCK * BLOCK

/**
 * A symmetric matrix of 32-bit floats, of which the blocks on and below the diagonal are kept (2·n² bytes and what fills
 * the last block), and inverted in place. The inverse takes n³ operations, as much as a Cholesky factorisation with the
 * inverse of its factor: block by block, each block of pivots in 64-bit floats.
 */
export class SymmetricMatrix {
  private readonly side: number
  private readonly at: number
  private readonly blocks: Float32Array

  constructor(
    private readonly memory: KernelMemory,
    readonly size: number
  ) {
    this.side = Math.ceil(size / BLOCK)
    const floats = (this.side * (this.side + 1) * BLOCK_FLOATS) / 2
    this.at = memory.reserve(floats * 4)
    this.blocks = memory.floats(this.at, floats)
    // What fills the last block is a unit matrix, which has no part in the inverse of the rest.
    for (let i = size; i < this.side * BLOCK; i++) this.add(i, i, 1)
  }

  /** Bytes of a matrix of so many rows, with the room that inverting it takes. */
  static bytes(size: number): number {
    const side = Math.ceil(size / BLOCK)
    return ((side * (side + 1)) / 2 + 2 * side + 3) * BLOCK_FLOATS * 4 + side * 8 * BLOCK * 4
  }

  /** Adds to element (i, j), which is element (j, i). */
  add(i: number, j: number, value: number): void {
    const [row, column] = i >= j ? [i, j] : [j, i]
    const [blockRow, blockColumn] = [(row / BLOCK) | 0, (column / BLOCK) | 0]
    const block = ((blockRow * (blockRow + 1)) / 2 + blockColumn) * BLOCK_FLOATS
    const [r, c] = [row % BLOCK, column % BLOCK]
    this.blocks[block + r * BLOCK + c] += value
    if (blockRow === blockColumn && r !== c) this.blocks[block + c * BLOCK + r] += value
  }

  /** Calls back with every row in order, in an array that is used again for the next. */
  forEachRow(visit: (row: number, values: Float32Array) => void): void {
    const strip = new Float32Array(BLOCK * this.side * BLOCK)
    const width = this.side * BLOCK
    for (let blockRow = 0; blockRow < this.side; blockRow++) {
      for (let other = 0; other < this.side; other++) {
        const [above, left] = [Math.max(blockRow, other), Math.min(blockRow, other)]
        const block = ((above * (above + 1)) / 2 + left) * BLOCK_FLOATS
        for (let r = 0; r < BLOCK; r++) {
          const to = r * width + other * BLOCK
          if (other <= blockRow)
            strip.set(this.blocks.subarray(block + r * BLOCK, block + (r + 1) * BLOCK), to)
          else for (let c = 0; c < BLOCK; c++) strip[to + c] = this.blocks[block + c * BLOCK + r]
        }
      }
      for (let r = 0; r < BLOCK && blockRow * BLOCK + r < this.size; r++)
        visit(blockRow * BLOCK + r, strip.subarray(r * width, r * width + this.size))
    }
  }

  /**
   * Replaces the matrix by its negative inverse.
   * @param onBlock told the share of the work done after every block
   * @throws PersonalizationError `invalid_input` when it is not positive definite; it is spoilt then.
   */
  async invert(crew: Crew, onBlock: (share: number) => void): Promise<void> {
    const { memory, at, side } = this
    const inverse = memory.reserve(BLOCK_FLOATS * 4)
    const wide = memory.reserve(BLOCK_FLOATS * 8)
    const panels = memory.reserve(side * BLOCK_FLOATS * 4)
    const products = memory.reserve(side * BLOCK_FLOATS * 4)
    const scratch = memory.reserve(side * 8 * BLOCK * 4)
    for (let pivot = 0; pivot < side; pivot++) {
      if (memory.kernels.sweepPivot(at, pivot, inverse, wide) === 0)
        throw new PersonalizationError("invalid_input", "The matrix is not positive definite.")
      // Longest rows first, so that no thread waits for another at the end.
      const rows = Array.from({ length: side }, (_, i) => side - 1 - i).filter((i) => i !== pivot)
      await crew.run(
        rows.map((i) => ({
          kernel: "sweepPanel",
          args: [at, pivot, i, inverse, panels, products, scratch],
        }))
      )
      await crew.run(rows.map((i) => ({ kernel: "sweepUpdate", args: [at, pivot, i, panels, products] })))
      onBlock((pivot + 1) / side)
    }
  }
}
