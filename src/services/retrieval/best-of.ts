/**
 * The best `k` of the numbers below `size`, best first. For a `k` that is small beside `size`: most are passed over by one
 * comparison.
 * @param before whether the first of two stands before the second
 */
export function bestOf(size: number, k: number, before: (a: number, b: number) => boolean): Int32Array {
  const best = new Int32Array(Math.max(0, Math.min(size, k)))
  let held = 0
  for (let one = 0; one < size; one++) {
    const full = held === best.length
    if (full && (held === 0 || !before(one, best[held - 1]))) continue
    let low = 0
    let high = full ? held - 1 : held
    while (low < high) {
      const middle = (low + high) >> 1
      if (before(one, best[middle])) high = middle
      else low = middle + 1
    }
    best.copyWithin(low + 1, low, full ? held - 1 : held)
    best[low] = one
    if (!full) held++
  }
  return best
}
