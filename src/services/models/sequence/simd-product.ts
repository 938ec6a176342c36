import { KernelMemory } from "../../lib"
import { multiply, transpose, type ProductSize } from "./portable-kernels"

/** Multiplications from which on copying matrices to the kernel and back pays. */
const WORTH_COPYING = 30_000

const BYTES = 4

/** Multiplies large matrices by the SIMD kernel of lib/kernels, in a memory that grows to the largest product. */
export class SimdProduct {
  private memory?: KernelMemory
  private room = 0

  /** See `multiply`. */
  multiply(
    a: Float32Array,
    b: Float32Array,
    c: Float32Array,
    size: ProductSize,
    transposeA: boolean,
    transposeB: boolean
  ): void {
    const { rows, inner, columns } = size
    if (rows * inner * columns < WORTH_COPYING) return multiply(a, b, c, size, transposeA, transposeB)
    // The kernel takes rows by fours and columns by eights.
    const tall = 4 * Math.ceil(rows / 4)
    const wide = 8 * Math.ceil(columns / 8)
    const [leftAt, rightAt, productAt, packed] = this.places(
      tall * inner,
      inner * wide,
      tall * wide,
      12 * inner
    )
    const memory = this.memory!
    const left = memory.floats(leftAt, tall * inner)
    const right = memory.floats(rightAt, inner * wide)
    if (transposeA) transpose(a, left, inner, rows, inner)
    else left.set(a)
    if (transposeB) transpose(b, right, columns, inner, wide)
    else copyRows(b, columns, right, wide, inner)
    memory.kernels.gemm(leftAt, rightAt, productAt, tall, inner, wide, packed)
    copyRows(memory.floats(productAt, rows * wide), wide, c, columns, rows)
  }

  /** Byte offsets of room for so many floats each; what lay there before is lost, or lies there still. */
  private places(...lengths: readonly number[]): number[] {
    let next = 0
    const places = lengths.map((length) => {
      const at = next
      next += 16 * Math.ceil((length * BYTES) / 16)
      return at
    })
    if (next > this.room) {
      this.memory = new KernelMemory()
      this.memory.reserve(next)
      this.room = next
    }
    return places
  }
}

/** Copies rows between matrices of different width; what does not fit is cut off, what is not filled is left alone. */
function copyRows(
  from: Float32Array,
  fromWidth: number,
  to: Float32Array,
  toWidth: number,
  rows: number
): void {
  if (fromWidth === toWidth) {
    to.set(from.subarray(0, rows * fromWidth))
    return
  }
  const width = Math.min(fromWidth, toWidth)
  for (let row = 0; row < rows; row++)
    to.set(from.subarray(row * fromWidth, row * fromWidth + width), row * toWidth)
}
