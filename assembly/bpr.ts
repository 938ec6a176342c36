import { dot } from "./vectors"

/**
 * `draws` steps of stochastic gradient descent on pairs (Rendle et al. 2009): of a random entry (row, column) and a
 * random column that the row does not have, the first is to score higher. Rows of `x` and `y` hold d floats each, d a
 * multiple of 8; in those of y the last float is the column's bias, and in x it is 1 and stays so. `owners` names the row
 * of each entry; a row's columns rise. Returns the state of the random numbers (never 0) to go on with.
 */
export function pairwiseSteps(
  draws: i32,
  state: u32,
  start: usize,
  columns: usize,
  owners: usize,
  entries: i32,
  width: i32,
  x: usize,
  y: usize,
  d: i32,
  rate: f32,
  regularization: f32
): u32 {
  const bytes = (<usize>d) << 2
  const shrink = f32x4.splat(1 - rate * regularization)
  for (let draw = 0; draw < draws; draw++) {
    state = next(state)
    const entry = <i32>((<u64>state * <u64>entries) >> 32)
    const row = load<i32>(owners + ((<usize>entry) << 2))
    const taken = load<i32>(columns + ((<usize>entry) << 2))
    state = next(state)
    const other = <i32>((<u64>state * <u64>width) >> 32)
    if (has(start, columns, row, other)) continue
    const u = x + <usize>row * bytes
    const i = y + <usize>taken * bytes
    const j = y + <usize>other * bytes
    const step = rate / (1 + Mathf.exp(dot(u, i, bytes) - dot(u, j, bytes)))
    const steps = f32x4.splat(step)
    for (let at: usize = 0; at < bytes; at += 16) {
      const own = v128.load(u + at)
      const better = v128.load(i + at)
      const worse = v128.load(j + at)
      const apart = f32x4.mul(steps, f32x4.sub(better, worse))
      v128.store(u + at, f32x4.add(f32x4.mul(shrink, own), apart))
      v128.store(i + at, f32x4.add(f32x4.mul(shrink, better), f32x4.mul(steps, own)))
      v128.store(j + at, f32x4.sub(f32x4.mul(shrink, worse), f32x4.mul(steps, own)))
    }
    store<f32>(u + bytes - 4, 1)
  }
  return state
}

/** Xorshift of 32 bits (Marsaglia 2003). */
function next(state: u32): u32 {
  state ^= state << 13
  state ^= state >> 17
  return state ^ (state << 5)
}

/** Is a column among those of a row? By halving. */
function has(start: usize, columns: usize, row: i32, column: i32): bool {
  let low = load<i32>(start + ((<usize>row) << 2))
  let high = load<i32>(start + ((<usize>(row + 1)) << 2))
  while (low < high) {
    const middle = (low + high) >> 1
    const value = load<i32>(columns + ((<usize>middle) << 2))
    if (value === column) return true
    if (value < column) low = middle + 1
    else high = middle
  }
  return false
}
