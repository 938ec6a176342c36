import { add, dot } from "./vectors"

/**
 * For each item from `first` to `end` the ridge regression of its column on those of its neighbours: solves
 * (G[N, N] + ridge)·w = G[N, item] by Cholesky's method. Row i of the sparse symmetric G lists its entries from
 * `start[i]` to `start[i + 1]`, without the diagonal, the most telling ones first; the first `most` of an item's row
 * are its neighbours N, and row i of `weights` (of `most` floats) becomes their weights. `most` is a multiple of 8.
 * `scratch`, all zero, is room for (most + 3)·most floats and a number for each item.
 */
export function neighbourhoodRidge(
  first: i32,
  end: i32,
  start: usize,
  columns: usize,
  values: usize,
  diagonal: usize,
  ridge: f32,
  most: i32,
  weights: usize,
  scratch: usize
): void {
  const bytes = (<usize>most) << 2
  const factor = scratch
  const pivots = factor + <usize>most * bytes
  const solution = pivots + bytes
  const places = solution + 2 * bytes
  for (let item = first; item < end; item++) {
    const from = load<i32>(start + ((<usize>item) << 2))
    const size = min(load<i32>(start + ((<usize>(item + 1)) << 2)) - from, most)
    const neighbours = columns + ((<usize>from) << 2)
    for (let i = 0; i < size; i++) {
      const neighbour = load<i32>(neighbours + ((<usize>i) << 2))
      store<i32>(places + ((<usize>neighbour) << 2), i + 1)
    }
    for (let i = 0; i < size; i++) {
      const neighbour = load<i32>(neighbours + ((<usize>i) << 2))
      const row = factor + <usize>i * bytes
      store<f32>(pivots + ((<usize>i) << 2), load<f32>(diagonal + ((<usize>neighbour) << 2)) + ridge)
      const last = load<i32>(start + ((<usize>(neighbour + 1)) << 2))
      for (let at = load<i32>(start + ((<usize>neighbour) << 2)); at < last; at++) {
        const place = load<i32>(places + ((<usize>load<i32>(columns + ((<usize>at) << 2))) << 2)) - 1
        if (place < 0) continue
        const value = load<f32>(values + ((<usize>at) << 2))
        // Below the diagonal only; of two rows cut short one may name the other and not the other way round.
        if (place < i) store<f32>(row + ((<usize>place) << 2), value)
        else store<f32>(factor + <usize>place * bytes + ((<usize>i) << 2), value)
      }
    }
    for (let i = 0; i < size; i++) {
      const row = factor + <usize>i * bytes
      for (let j = 0; j < i; j++) {
        const at = row + ((<usize>j) << 2)
        const sum = dot(row, factor + <usize>j * bytes, eights(j))
        store<f32>(at, (load<f32>(at) - sum) * load<f32>(pivots + ((<usize>j) << 2)))
      }
      // A pivot of a Gram matrix plus ridge is never below the ridge; rounding and rows cut short may say otherwise.
      const pivot = load<f32>(pivots + ((<usize>i) << 2)) - dot(row, row, eights(i))
      store<f32>(pivots + ((<usize>i) << 2), 1 / Mathf.sqrt(max(pivot, ridge)))
      const value = load<f32>(values + ((<usize>(from + i)) << 2)) - dot(row, solution, eights(i))
      store<f32>(solution + ((<usize>i) << 2), value * load<f32>(pivots + ((<usize>i) << 2)))
    }
    for (let i = size - 1; i >= 0; i--) {
      const at = solution + ((<usize>i) << 2)
      const value = load<f32>(at) * load<f32>(pivots + ((<usize>i) << 2))
      store<f32>(weights + <usize>item * bytes + ((<usize>i) << 2), value)
      add(solution, factor + <usize>i * bytes, -value, eights(i))
    }
    memory.fill(factor, 0, <usize>size * bytes)
    memory.fill(solution, 0, bytes)
    for (let i = 0; i < size; i++) {
      const neighbour = load<i32>(neighbours + ((<usize>i) << 2))
      store<i32>(places + ((<usize>neighbour) << 2), 0)
    }
  }
}

/** Bytes of `count` floats, rounded up to eight of them. */
function eights(count: i32): usize {
  return ((<usize>(count + 7)) >> 3) << 5
}
