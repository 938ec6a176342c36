/** Rows and columns of a block; kernels/spd-inverse.ts has the same. */
const BLOCK: usize = 128
const BLOCK_BYTES: usize = BLOCK * BLOCK * 4

/**
 * c = c·keep + sign·a·b for a tile of 4 × 8 floats of c, whose rows lie `stride` bytes apart. `a` holds 4 and `b` 8
 * floats for each of `depth` steps (or, when unpacked, rows `aStep` and `bStep` bytes apart). Eight sums in registers:
 * one multiplication and one addition of four lanes each for every load that the cache must serve twice a cycle.
 */
function tile(
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  depth: i32,
  c: usize,
  stride: usize,
  keep: bool,
  subtract: bool
): void {
  let s00 = f32x4.splat(0)
  let s01 = f32x4.splat(0)
  let s10 = f32x4.splat(0)
  let s11 = f32x4.splat(0)
  let s20 = f32x4.splat(0)
  let s21 = f32x4.splat(0)
  let s30 = f32x4.splat(0)
  let s31 = f32x4.splat(0)
  for (const end = a + <usize>depth * aStep; a < end; a += aStep, b += bStep) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    const a0 = v128.load32_splat(a)
    s00 = f32x4.add(s00, f32x4.mul(a0, b0))
    s01 = f32x4.add(s01, f32x4.mul(a0, b1))
    const a1 = v128.load32_splat(a, 4)
    s10 = f32x4.add(s10, f32x4.mul(a1, b0))
    s11 = f32x4.add(s11, f32x4.mul(a1, b1))
    const a2 = v128.load32_splat(a, 8)
    s20 = f32x4.add(s20, f32x4.mul(a2, b0))
    s21 = f32x4.add(s21, f32x4.mul(a2, b1))
    const a3 = v128.load32_splat(a, 12)
    s30 = f32x4.add(s30, f32x4.mul(a3, b0))
    s31 = f32x4.add(s31, f32x4.mul(a3, b1))
  }
  put(c, s00, s01, keep, subtract)
  put(c + stride, s10, s11, keep, subtract)
  put(c + 2 * stride, s20, s21, keep, subtract)
  put(c + 3 * stride, s30, s31, keep, subtract)
}

function put(c: usize, left: v128, right: v128, keep: bool, subtract: bool): void {
  if (keep) {
    const l = v128.load(c)
    const r = v128.load(c, 16)
    v128.store(c, subtract ? f32x4.sub(l, left) : f32x4.add(l, left))
    v128.store(c, subtract ? f32x4.sub(r, right) : f32x4.add(r, right), 16)
  } else {
    v128.store(c, left)
    v128.store(c, right, 16)
  }
}

/**
 * c = a·b, row-major: `rows` × `depth` times `depth` × `columns`. `rows` is a multiple of 4, `columns` of 8.
 * `packed` is room for 4 × depth + 8 × depth floats.
 */
export function gemm(a: usize, b: usize, c: usize, rows: i32, depth: i32, columns: i32, packed: usize): void {
  const right = packed + ((<usize>depth) << 4)
  const stride = (<usize>columns) << 2
  for (let column = 0; column < columns; column += 8) {
    for (let k = 0; k < depth; k++) {
      const from = b + ((<usize>(k * columns + column)) << 2)
      v128.store(right + ((<usize>k) << 5), v128.load(from))
      v128.store(right + ((<usize>k) << 5), v128.load(from, 16), 16)
    }
    for (let row = 0; row < rows; row += 4) {
      const at = a + ((<usize>(row * depth)) << 2)
      const step = (<usize>depth) << 2
      for (let k: usize = 0; k < <usize>depth; k++) {
        const to = packed + (k << 4)
        const from = at + (k << 2)
        store<f32>(to, load<f32>(from))
        store<f32>(to, load<f32>(from + step), 4)
        store<f32>(to, load<f32>(from + 2 * step), 8)
        store<f32>(to, load<f32>(from + 3 * step), 12)
      }
      tile(
        packed,
        16,
        right,
        32,
        depth,
        c + <usize>row * stride + ((<usize>column) << 2),
        stride,
        false,
        false
      )
    }
  }
}

/** out = xᵀ·x for `rows` rows of `d` floats, d a multiple of 8. */
export function gram(x: usize, rows: i32, d: i32, out: usize): void {
  const step = (<usize>d) << 2
  for (let i = 0; i < d; i += 4) {
    for (let j = 0; j < d; j += 8) {
      const to = out + ((<usize>(i * d + j)) << 2)
      tile(x + ((<usize>i) << 2), step, x + ((<usize>j) << 2), step, rows, to, step, false, false)
    }
  }
}

// A symmetric matrix is kept as the blocks on and below its diagonal: block (i, j), j ≤ i, is number i(i+1)/2 + j, each
// of 128 × 128 floats, row-major; blocks on the diagonal are whole. It is inverted in place by the sweep operator
// (Goodnight 1979), a block of pivots at a time: after the sweep of every block it is the negative inverse. A sweep
// takes three steps, each of which is shared out by block row: pivot, panel, update.

function blockAt(blocks: usize, i: i32, j: i32): usize {
  return blocks + <usize>(((i * (i + 1)) >> 1) + j) * BLOCK_BYTES
}

/**
 * Inverts the pivot block in 64-bit floats (`wide`: room for 128 × 128 of them), leaves its inverse in `inverse`, packed by
 * eight columns, and the negative inverse in its place. Returns 0 when the matrix is not positive definite.
 */
export function sweepPivot(blocks: usize, pivot: i32, inverse: usize, wide: usize): i32 {
  const block = blockAt(blocks, pivot, pivot)
  for (let at: usize = 0; at < BLOCK * BLOCK; at++) store<f64>(wide + (at << 3), load<f32>(block + (at << 2)))
  for (let k: usize = 0; k < BLOCK; k++) {
    const pivotRow = wide + ((k * BLOCK) << 3)
    const value = load<f64>(pivotRow + (k << 3))
    if (!(value > 0)) return 0
    const over = 1 / value
    for (let i: usize = 0; i < BLOCK; i++) {
      if (i === k) continue
      const row = wide + ((i * BLOCK) << 3)
      const factor = load<f64>(row + (k << 3)) * over
      const factors = f64x2.splat(factor)
      for (let j: usize = 0; j < BLOCK * 8; j += 16) {
        v128.store(row + j, f64x2.sub(v128.load(row + j), f64x2.mul(factors, v128.load(pivotRow + j))))
      }
      store<f64>(row + (k << 3), factor)
    }
    for (let j: usize = 0; j < BLOCK; j++)
      store<f64>(pivotRow + (j << 3), load<f64>(pivotRow + (j << 3)) * over)
    store<f64>(pivotRow + (k << 3), -over)
  }
  for (let i: usize = 0; i < BLOCK; i++) {
    for (let j: usize = 0; j < BLOCK; j++) {
      const value = <f32>load<f64>(wide + ((i * BLOCK + j) << 3))
      store<f32>(block + ((i * BLOCK + j) << 2), value)
      store<f32>(inverse + (((j >> 3) * BLOCK * 8 + i * 8 + (j & 7)) << 2), -value)
    }
  }
  return 1
}

/**
 * Block row `i` of the pivot's column: packs it by eight rows into `panels`, multiplies it by the pivot's inverse, and leaves
 * the product in its place and, packed by four rows, in `products`. `scratch` is room for 8 × 128 floats a block row.
 */
export function sweepPanel(
  blocks: usize,
  pivot: i32,
  i: i32,
  inverse: usize,
  panels: usize,
  products: usize,
  scratch: usize
): void {
  const direct = i > pivot
  const block = direct ? blockAt(blocks, i, pivot) : blockAt(blocks, pivot, i)
  // Below the pivot the column lies as it is, above it in the pivot's row, transposed.
  const across: usize = direct ? 4 : BLOCK * 4
  const down: usize = direct ? BLOCK * 4 : 4
  const panel = panels + <usize>i * BLOCK_BYTES
  const product = products + <usize>i * BLOCK_BYTES
  const four = scratch + <usize>i * (8 * BLOCK * 4)
  const result = four + 4 * BLOCK * 4
  for (let r: usize = 0; r < BLOCK; r++) {
    const to = panel + (((r >> 3) * BLOCK * 8 + (r & 7)) << 2)
    const from = block + r * down
    for (let k: usize = 0; k < BLOCK; k++) store<f32>(to + (k << 5), load<f32>(from + k * across))
  }
  for (let r: usize = 0; r < BLOCK; r += 4) {
    const from = panel + (((r >> 3) * BLOCK * 8 + (r & 7)) << 2)
    for (let k: usize = 0; k < BLOCK; k++) v128.store(four + (k << 4), v128.load(from + (k << 5)))
    for (let j: usize = 0; j < BLOCK; j += 8) {
      tile(four, 16, inverse + j * BLOCK * 4, 32, BLOCK, result + (j << 2), BLOCK * 4, false, false)
    }
    for (let part: usize = 0; part < 4; part++) {
      const row = result + part * BLOCK * 4
      const to = product + ((r * BLOCK + part) << 2)
      const back = block + (r + part) * down
      for (let k: usize = 0; k < BLOCK; k++) {
        const value = load<f32>(row + (k << 2))
        store<f32>(to + (k << 4), value)
        store<f32>(back + k * across, value)
      }
    }
  }
}

/** Takes from every block (i, j) of block row `i` outside the pivot's cross the product of row i with panel j. */
export function sweepUpdate(blocks: usize, pivot: i32, i: i32, panels: usize, products: usize): void {
  const product = products + <usize>i * BLOCK_BYTES
  for (let j = 0; j <= i; j++) {
    if (j === pivot) continue
    const block = blockAt(blocks, i, j)
    const panel = panels + <usize>j * BLOCK_BYTES
    for (let column: usize = 0; column < BLOCK; column += 8) {
      for (let row: usize = 0; row < BLOCK; row += 4) {
        const to = block + ((row * BLOCK + column) << 2)
        tile(product + row * BLOCK * 4, 16, panel + column * BLOCK * 4, 32, BLOCK, to, BLOCK * 4, true, true)
      }
    }
  }
}
