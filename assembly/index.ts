/**
 * Exact top-k by dot product over rows of 32-bit floats, 4 lanes at a time.
 *
 * The caller owns the memory: `rows` is a matrix of `stride` floats a row (a multiple of 4, padded with zeros),
 * `query` one row, `scores` and `slots` the two halves of a min-heap of at most `k` entries that holds `held`
 * entries already, so that a long scan can be cut into pieces. Returns how many it holds afterwards.
 * A free row carries NaN, whose comparisons are all false, so it never enters the heap.
 */
export function scan(
  rows: usize,
  first: i32,
  end: i32,
  stride: i32,
  query: usize,
  scores: usize,
  slots: usize,
  held: i32,
  k: i32
): i32 {
  const bytes = (<usize>stride) << 2
  let row = rows + <usize>first * bytes
  for (let slot = first; slot < end; slot++, row += bytes) {
    const score = dot(row, query, bytes)
    if (held < k) {
      if (score == score) {
        rise(scores, slots, held, score, slot)
        held++
      }
    } else if (score > load<f32>(scores)) {
      sink(scores, slots, k, score, slot)
    }
  }
  return held
}

function dot(a: usize, b: usize, bytes: usize): f32 {
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let s2 = f32x4.splat(0)
  let s3 = f32x4.splat(0)
  let i: usize = 0
  // Four sums, so that the adders do not wait for each other.
  for (; i + 64 <= bytes; i += 64) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a + i), v128.load(b + i)))
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)))
    s2 = f32x4.add(s2, f32x4.mul(v128.load(a + i, 32), v128.load(b + i, 32)))
    s3 = f32x4.add(s3, f32x4.mul(v128.load(a + i, 48), v128.load(b + i, 48)))
  }
  for (; i < bytes; i += 16) s0 = f32x4.add(s0, f32x4.mul(v128.load(a + i), v128.load(b + i)))
  const s = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))
  return (
    f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3)
  )
}

/** Puts a new entry at the heap's end and lets it rise to its place. */
function rise(scores: usize, slots: usize, at: i32, score: f32, slot: i32): void {
  while (at > 0) {
    const parent = (at - 1) >> 1
    const above = load<f32>(scores + ((<usize>parent) << 2))
    if (above <= score) break
    put(scores, slots, at, above, load<i32>(slots + ((<usize>parent) << 2)))
    at = parent
  }
  put(scores, slots, at, score, slot)
}

/** Replaces the heap's least entry and lets the new one sink to its place. */
function sink(scores: usize, slots: usize, size: i32, score: f32, slot: i32): void {
  let at = 0
  for (;;) {
    let child = (at << 1) + 1
    if (child >= size) break
    let below = load<f32>(scores + ((<usize>child) << 2))
    if (child + 1 < size) {
      const other = load<f32>(scores + ((<usize>(child + 1)) << 2))
      if (other < below) {
        below = other
        child++
      }
    }
    if (below >= score) break
    put(scores, slots, at, below, load<i32>(slots + ((<usize>child) << 2)))
    at = child
  }
  put(scores, slots, at, score, slot)
}

function put(scores: usize, slots: usize, at: i32, score: f32, slot: i32): void {
  store<f32>(scores + ((<usize>at) << 2), score)
  store<i32>(slots + ((<usize>at) << 2), slot)
}
