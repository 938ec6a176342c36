import { sizeOf, type Shape } from "./graph"

export interface ProductSize {
  rows: number
  inner: number
  columns: number
}

/**
 * c = op(a) · op(b), row-major; `rows` × `inner` times `inner` × `columns`. Both are laid out along `inner`, and two
 * rows meet four columns at a time, so that the sums stay in registers.
 */
export function multiply(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  { rows, inner, columns }: ProductSize,
  transposeA: boolean,
  transposeB: boolean
): void {
  const left = transposeA ? transposed(a, inner, rows) : a
  const right = transposeB ? b : transposed(b, inner, columns)
  let column = 0
  for (; column + 4 <= columns; column += 4) {
    const b0 = column * inner
    let row = 0
    for (; row + 2 <= rows; row += 2) {
      let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0]
      for (let k = 0, at = row * inner, bt = b0; k < inner; k++, at++, bt++) {
        const x0 = left[at]
        const x1 = left[at + inner]
        const y0 = right[bt]
        const y1 = right[bt + inner]
        const y2 = right[bt + 2 * inner]
        const y3 = right[bt + 3 * inner]
        s00 += x0 * y0
        s01 += x0 * y1
        s02 += x0 * y2
        s03 += x0 * y3
        s10 += x1 * y0
        s11 += x1 * y1
        s12 += x1 * y2
        s13 += x1 * y3
      }
      const to = row * columns + column
      c[to] = s00
      c[to + 1] = s01
      c[to + 2] = s02
      c[to + 3] = s03
      c[to + columns] = s10
      c[to + columns + 1] = s11
      c[to + columns + 2] = s12
      c[to + columns + 3] = s13
    }
    if (row < rows)
      for (let j = column; j < column + 4; j++)
        c[row * columns + j] = dot(left, row * inner, right, j * inner, inner)
  }
  for (; column < columns; column++)
    for (let row = 0; row < rows; row++)
      c[row * columns + column] = dot(left, row * inner, right, column * inner, inner)
}

function dot(a: Float32Array, at: number, b: Float32Array, bt: number, size: number): number {
  let sum = 0
  for (let k = 0; k < size; k++) sum += a[at + k] * b[bt + k]
  return sum
}

function transposed(x: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(x.length)
  transpose(x, result, rows, columns, rows)
  return result
}

/** Columns of x become rows of y, which begin `stride` apart; by tiles, so that both sides stay in the cache. */
export function transpose(
  x: Float32Array,
  y: Float32Array,
  rows: number,
  columns: number,
  stride: number
): void {
  const tile = 16
  for (let begin = 0; begin < rows; begin += tile) {
    const end = Math.min(rows, begin + tile)
    for (let j = 0; j < columns; j++) for (let i = begin; i < end; i++) y[j * stride + i] = x[i * columns + j]
  }
}

export function softmax(x: Float32Array, y: Float32Array, width: number): void {
  for (let begin = 0; begin < x.length; begin += width) {
    let max = -Infinity
    for (let j = begin; j < begin + width; j++) if (x[j] > max) max = x[j]
    let sum = 0
    for (let j = begin; j < begin + width; j++) sum += y[j] = Math.exp(x[j] - max)
    for (let j = begin; j < begin + width; j++) y[j] /= sum
  }
}

/** Strides of a tensor, 0 along axes that are repeated to fill `target`. */
function stridesWithin(shape: Shape, target: Shape): number[] {
  const lead = target.length - shape.length
  const strides = new Array<number>(target.length).fill(0)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] > 1) strides[lead + axis] = stride
    stride *= shape[axis]
  }
  return strides
}

/** For every element of `shape` in order, its place in a tensor that is read with other strides from `offset` on. */
export function places(shape: Shape, strides: readonly number[], offset = 0): Int32Array {
  const result = new Int32Array(sizeOf(shape))
  const counter = new Array<number>(shape.length).fill(0)
  let place = offset
  for (let i = 0; i < result.length; i++) {
    result[i] = place
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis]
      if (++counter[axis] < shape[axis]) break
      place -= strides[axis] * shape[axis]
      counter[axis] = 0
    }
  }
  return result
}

export const broadcastPlaces = (shape: Shape, target: Shape): Int32Array =>
  places(target, stridesWithin(shape, target))

export function transposePlaces(input: Shape, order: readonly number[]): Int32Array {
  const strides = stridesWithin(input, input)
  return places(
    order.map((axis) => input[axis]),
    order.map((axis) => strides[axis])
  )
}

/** Where the part of `inner` begins at `begin` along an axis of `outer`, element by element. */
export function windowPlaces(inner: Shape, outer: Shape, axis: number, begin: number): Int32Array {
  const strides = stridesWithin(outer, outer)
  return places(inner, strides, begin * sizeOf(outer.slice(axis + 1)))
}

/** One loop each: a loop that is given a function to call for every number is some five times slower. */
export const UNARY = {
  tanh(x: Float32Array, y: Float32Array) {
    for (let i = 0; i < y.length; i++) y[i] = Math.tanh(x[i])
  },
  sigmoid(x: Float32Array, y: Float32Array) {
    for (let i = 0; i < y.length; i++) y[i] = 1 / (1 + Math.exp(-x[i]))
  },
  relu(x: Float32Array, y: Float32Array) {
    for (let i = 0; i < y.length; i++) y[i] = x[i] > 0 ? x[i] : 0
  },
  step(x: Float32Array, y: Float32Array) {
    for (let i = 0; i < y.length; i++) y[i] = x[i] > 0 ? 1 : 0
  },
  sqrt(x: Float32Array, y: Float32Array) {
    for (let i = 0; i < y.length; i++) y[i] = Math.sqrt(x[i])
  },
  log(x: Float32Array, y: Float32Array) {
    for (let i = 0; i < y.length; i++) y[i] = Math.log(x[i])
  },
} as const

/** With `from`: the place in b by the place in a, for a b that is repeated. */
export const PAIRWISE = {
  add(a: Float32Array, b: Float32Array, y: Float32Array, from?: Int32Array) {
    if (from) for (let i = 0; i < y.length; i++) y[i] = a[i] + b[from[i]]
    else for (let i = 0; i < y.length; i++) y[i] = a[i] + b[i]
  },
  sub(a: Float32Array, b: Float32Array, y: Float32Array, from?: Int32Array) {
    if (from) for (let i = 0; i < y.length; i++) y[i] = a[i] - b[from[i]]
    else for (let i = 0; i < y.length; i++) y[i] = a[i] - b[i]
  },
  mul(a: Float32Array, b: Float32Array, y: Float32Array, from?: Int32Array) {
    if (from) for (let i = 0; i < y.length; i++) y[i] = a[i] * b[from[i]]
    else for (let i = 0; i < y.length; i++) y[i] = a[i] * b[i]
  },
  div(a: Float32Array, b: Float32Array, y: Float32Array, from?: Int32Array) {
    if (from) for (let i = 0; i < y.length; i++) y[i] = a[i] / b[from[i]]
    else for (let i = 0; i < y.length; i++) y[i] = a[i] / b[i]
  },
} as const
