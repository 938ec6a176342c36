import { add, dot } from "./vectors"

/**
 * y = gram·x + ridge·x, 32 columns at a time, so that eight sums keep the adders busy; `bytes` is the length of a row of
 * the symmetric matrix.
 */
function multiply(gram: usize, ridge: f32, x: usize, y: usize, bytes: usize): void {
  const ridges = f32x4.splat(ridge)
  let j: usize = 0
  for (; j + 128 <= bytes; j += 128) {
    let s0 = f32x4.mul(ridges, v128.load(x + j))
    let s1 = f32x4.mul(ridges, v128.load(x + j, 16))
    let s2 = f32x4.mul(ridges, v128.load(x + j, 32))
    let s3 = f32x4.mul(ridges, v128.load(x + j, 48))
    let s4 = f32x4.mul(ridges, v128.load(x + j, 64))
    let s5 = f32x4.mul(ridges, v128.load(x + j, 80))
    let s6 = f32x4.mul(ridges, v128.load(x + j, 96))
    let s7 = f32x4.mul(ridges, v128.load(x + j, 112))
    for (let k: usize = 0, row = gram + j; k < bytes; k += 4, row += bytes) {
      const value = v128.load32_splat(x + k)
      s0 = f32x4.add(s0, f32x4.mul(value, v128.load(row)))
      s1 = f32x4.add(s1, f32x4.mul(value, v128.load(row, 16)))
      s2 = f32x4.add(s2, f32x4.mul(value, v128.load(row, 32)))
      s3 = f32x4.add(s3, f32x4.mul(value, v128.load(row, 48)))
      s4 = f32x4.add(s4, f32x4.mul(value, v128.load(row, 64)))
      s5 = f32x4.add(s5, f32x4.mul(value, v128.load(row, 80)))
      s6 = f32x4.add(s6, f32x4.mul(value, v128.load(row, 96)))
      s7 = f32x4.add(s7, f32x4.mul(value, v128.load(row, 112)))
    }
    v128.store(y + j, s0)
    v128.store(y + j, s1, 16)
    v128.store(y + j, s2, 32)
    v128.store(y + j, s3, 48)
    v128.store(y + j, s4, 64)
    v128.store(y + j, s5, 80)
    v128.store(y + j, s6, 96)
    v128.store(y + j, s7, 112)
  }
  for (; j < bytes; j += 16) {
    let s = f32x4.mul(ridges, v128.load(x + j))
    for (let k: usize = 0, row = gram + j; k < bytes; k += 4, row += bytes) {
      s = f32x4.add(s, f32x4.mul(v128.load32_splat(x + k), v128.load(row)))
    }
    v128.store(y + j, s)
  }
}

/**
 * Improves rows `first` to `end` of `x` (d floats each, d a multiple of 8) towards the solution of
 * (gram + ridge + Σ w·y·yᵀ)·x = Σ w·y by `steps` steps of conjugate gradient from where x stands. Row r sums over
 * the entries `start[r]` to `start[r + 1]` of `columns` (rows of `y`) and `weights`; a row without entries becomes 0.
 * `scratch` is room for 3·d floats. (Takács, Pilászy & Tikk 2011.)
 */
export function conjugateGradient(
  first: i32,
  end: i32,
  start: usize,
  columns: usize,
  weights: usize,
  y: usize,
  gram: usize,
  ridges: usize,
  x: usize,
  d: i32,
  steps: i32,
  scratch: usize
): void {
  const bytes = (<usize>d) << 2
  const r = scratch
  const p = scratch + bytes
  const ap = p + bytes
  for (let row = first; row < end; row++) {
    const own = x + <usize>row * bytes
    const from = load<i32>(start + ((<usize>row) << 2))
    const to = load<i32>(start + ((<usize>(row + 1)) << 2))
    if (from === to) {
      memory.fill(own, 0, bytes)
      continue
    }
    const ridge = load<f32>(ridges + ((<usize>row) << 2))
    // r = b − A·x
    multiply(gram, ridge, own, ap, bytes)
    memory.fill(r, 0, bytes)
    add(r, ap, -1, bytes)
    for (let at = from; at < to; at++) {
      const other = y + <usize>load<i32>(columns + ((<usize>at) << 2)) * bytes
      add(r, other, load<f32>(weights + ((<usize>at) << 2)) * (1 - dot(other, own, bytes)), bytes)
    }
    memory.copy(p, r, bytes)
    let before = dot(r, r, bytes)
    const enough = before * 1e-13
    for (let step = 0; step < steps && before > enough && before > 1e-20; step++) {
      multiply(gram, ridge, p, ap, bytes)
      for (let at = from; at < to; at++) {
        const other = y + <usize>load<i32>(columns + ((<usize>at) << 2)) * bytes
        add(ap, other, load<f32>(weights + ((<usize>at) << 2)) * dot(other, p, bytes), bytes)
      }
      const alpha = before / dot(p, ap, bytes)
      add(own, p, alpha, bytes)
      add(r, ap, -alpha, bytes)
      const after = dot(r, r, bytes)
      const beta = f32x4.splat(after / before)
      for (let i: usize = 0; i < bytes; i += 16) {
        v128.store(p + i, f32x4.add(v128.load(r + i), f32x4.mul(beta, v128.load(p + i))))
      }
      before = after
    }
  }
}

/** scores[r] = row r of `x` · `query` for the first `rows` rows of d floats, d a multiple of 8. */
export function scoreRows(x: usize, rows: i32, d: i32, query: usize, scores: usize): void {
  const bytes = (<usize>d) << 2
  for (let row = 0; row < rows; row++, x += bytes)
    store<f32>(scores + ((<usize>row) << 2), dot(x, query, bytes))
}
