/** Rows of a block, as a power of two; rows.ts has the same. */
const BLOCK_SHIFT = 8
const BLOCK_ROWS = 1 << BLOCK_SHIFT

/**
 * Exact top-k by dot product, 4 lanes at a time, over rows of 32-bit floats that each have a sketch: the same row in
 * 8-bit steps, with the length of what the rounding took away. By Cauchy and Schwarz no row of length 1 at most can
 * score more than its sketch plus that length, so the floats are read of those rows alone that may enter the heap.
 *
 * The caller owns the memory. `rows` is a sequence of blocks of 256 rows: first their sketches, `width` bytes each (a
 * multiple of 8, padded with zeros), four rows together, 8 bytes of each in turn; then the step of each sketch; then
 * the error of each; then the rows, `stride` floats each (a multiple of 4, padded with zeros). `query` is one row of
 * floats at length 1, `sketch` the same as `width` 16-bit integers times `queryStep`; `slack` is how much that
 * rounding and those of the sums can take away. `scores` and `slots` are the two halves of a min-heap of at most `k`
 * entries that holds `held` entries already, so that a long scan can be cut into pieces. `first` is a multiple of 4.
 * Returns how many the heap holds afterwards. A free row carries NaN, whose comparisons are all false, so it never
 * enters the heap.
 */
export function scan(
  rows: usize,
  first: i32,
  end: i32,
  stride: i32,
  width: i32,
  query: usize,
  sketch: usize,
  queryStep: f32,
  slack: f32,
  scores: usize,
  slots: usize,
  held: i32,
  k: i32
): i32 {
  const bytes = (<usize>stride) << 2
  const codes = <usize>width
  const steps = codes << BLOCK_SHIFT
  const errors = steps + (4 << BLOCK_SHIFT)
  const floats = errors + (4 << BLOCK_SHIFT)
  const blockBytes = floats + (bytes << BLOCK_SHIFT)
  const slacks = f32x4.splat(slack)
  const queryStep4 = f32x4.splat(queryStep)
  for (let four = first; four < end; four += 4) {
    const block = rows + <usize>(four >> BLOCK_SHIFT) * blockBytes
    const row = <usize>(four & (BLOCK_ROWS - 1))
    let open: i32 = 15
    if (held == k) {
      const sums = f32x4.convert_i32x4_s(sketchDots(block + row * codes, sketch, codes))
      const likely = f32x4.mul(f32x4.mul(sums, queryStep4), v128.load(block + steps + (row << 2)))
      const most = f32x4.add(f32x4.add(likely, v128.load(block + errors + (row << 2))), slacks)
      open = i32x4.bitmask(f32x4.gt(most, f32x4.splat(load<f32>(scores))))
    }
    for (let slot = four; open != 0 && slot < end; slot++, open >>= 1) {
      if ((open & 1) == 0) continue
      const score = dot(block + floats + (row + <usize>(slot - four)) * bytes, query, bytes)
      if (held < k) {
        if (score == score) {
          rise(scores, slots, held, score, slot)
          held++
        }
      } else if (score > load<f32>(scores)) {
        sink(scores, slots, k, score, slot)
      }
    }
  }
  return held
}

/**
 * Products of four sketches with the query's, in 8-bit by 16-bit integers; the caller chooses the query's step so that
 * the sums stay within 32 bits.
 */
function sketchDots(fours: usize, query: usize, width: usize): v128 {
  let s0 = i32x4.splat(0)
  let s1 = i32x4.splat(0)
  let s2 = i32x4.splat(0)
  let s3 = i32x4.splat(0)
  const end = query + (width << 1)
  for (; query < end; query += 16, fours += 32) {
    const q = v128.load(query)
    s0 = i32x4.add(s0, i32x4.dot_i16x8_s(v128.load8x8_s(fours), q))
    s1 = i32x4.add(s1, i32x4.dot_i16x8_s(v128.load8x8_s(fours, 8), q))
    s2 = i32x4.add(s2, i32x4.dot_i16x8_s(v128.load8x8_s(fours, 16), q))
    s3 = i32x4.add(s3, i32x4.dot_i16x8_s(v128.load8x8_s(fours, 24), q))
  }
  // Sums up each of the four, by halves.
  const ab = i32x4.add(i32x4.shuffle(s0, s1, 0, 1, 4, 5), i32x4.shuffle(s0, s1, 2, 3, 6, 7))
  const cd = i32x4.add(i32x4.shuffle(s2, s3, 0, 1, 4, 5), i32x4.shuffle(s2, s3, 2, 3, 6, 7))
  return i32x4.add(i32x4.shuffle(ab, cd, 0, 2, 4, 6), i32x4.shuffle(ab, cd, 1, 3, 5, 7))
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
