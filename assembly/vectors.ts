/** Sum of a·b over `bytes`, a multiple of 32. */
export function dot(a: usize, b: usize, bytes: usize): f32 {
  let s0 = f32x4.splat(0)
  let s1 = f32x4.splat(0)
  let s2 = f32x4.splat(0)
  let s3 = f32x4.splat(0)
  let i: usize = 0
  for (; i + 64 <= bytes; i += 64) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a + i), v128.load(b + i)))
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)))
    s2 = f32x4.add(s2, f32x4.mul(v128.load(a + i, 32), v128.load(b + i, 32)))
    s3 = f32x4.add(s3, f32x4.mul(v128.load(a + i, 48), v128.load(b + i, 48)))
  }
  if (i < bytes) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a + i), v128.load(b + i)))
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)))
  }
  const s = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3))
  return (
    f32x4.extract_lane(s, 0) +
    f32x4.extract_lane(s, 1) +
    (f32x4.extract_lane(s, 2) + f32x4.extract_lane(s, 3))
  )
}

/** y += scale·x */
export function add(y: usize, x: usize, scale: f32, bytes: usize): void {
  const by = f32x4.splat(scale)
  for (let i: usize = 0; i < bytes; i += 32) {
    v128.store(y + i, f32x4.add(v128.load(y + i), f32x4.mul(by, v128.load(x + i))))
    v128.store(y + i, f32x4.add(v128.load(y + i, 16), f32x4.mul(by, v128.load(x + i, 16))), 16)
  }
}
