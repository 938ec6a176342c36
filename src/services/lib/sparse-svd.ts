import { Random } from "./random"

/** Sparse rows: the entries of row r are `columns`/`values` from `start[r]` to `start[r + 1]`. */
export interface SparseRows {
  rows: number
  width: number
  start: Int32Array
  columns: Int32Array
  values: Float32Array
}

/**
 * Right singular vectors of a sparse matrix by randomised subspace iteration (Halko, Martinsson & Tropp 2011).
 * @returns width × rank, row-major, columns by falling singular value; a column's largest entry is positive.
 * `rank` beyond what the matrix holds gives zero columns. Memory: 8 × (rows + width) × (rank + 8) bytes.
 */
export function rightSingularVectors(
  matrix: SparseRows,
  rank: number,
  seed: number,
  onStep?: () => void
): Float64Array {
  const { rows, width } = matrix
  const sketch = Math.min(rank + 8, rows, width)
  const random = new Random(seed)
  let right: Float64Array = Float64Array.from({ length: width * sketch }, () => random.normal())
  let left: Float64Array = new Float64Array(0)
  for (let round = 0; round < 4; round++) {
    onStep?.()
    const isLast = round === 3
    left = orthonormalise(multiply(matrix, right, sketch), rows, sketch, isLast ? 2 : 1)
    right = multiplyTransposed(matrix, left, sketch)
    if (!isLast) right = orthonormalise(right, width, sketch, 1)
  }
  // right = Aᵀ·Q; its Gram matrix is small, and its eigenvectors turn it into singular vectors.
  const { values, vectors } = symmetricEigen(gram(right, width, sketch), sketch)
  const result = new Float64Array(width * rank)
  for (let c = 0; c < Math.min(rank, sketch); c++) {
    if (values[c] <= 1e-10 * Math.max(values[0], 1e-300)) break
    const scale = 1 / Math.sqrt(values[c])
    let largest = 0
    for (let row = 0; row < width; row++) {
      let sum = 0
      for (let j = 0; j < sketch; j++) sum += right[row * sketch + j] * vectors[j * sketch + c]
      result[row * rank + c] = sum * scale
      if (Math.abs(sum) > Math.abs(largest)) largest = sum
    }
    if (largest < 0) for (let row = 0; row < width; row++) result[row * rank + c] *= -1
  }
  return result
}

function multiply(
  { rows, start, columns, values }: SparseRows,
  dense: Float64Array,
  c: number
): Float64Array {
  const out = new Float64Array(rows * c)
  for (let row = 0; row < rows; row++) {
    for (let at = start[row]; at < start[row + 1]; at++) {
      const from = columns[at] * c
      for (let j = 0; j < c; j++) out[row * c + j] += values[at] * dense[from + j]
    }
  }
  return out
}

function multiplyTransposed(
  { rows, width, start, columns, values }: SparseRows,
  dense: Float64Array,
  c: number
) {
  const out = new Float64Array(width * c)
  for (let row = 0; row < rows; row++) {
    for (let at = start[row]; at < start[row + 1]; at++) {
      const to = columns[at] * c
      for (let j = 0; j < c; j++) out[to + j] += values[at] * dense[row * c + j]
    }
  }
  return out
}

/**
 * Makes the columns orthonormal, in place: Cholesky of the Gram matrix, which walks the rows in order; in two passes to
 * the accuracy of the numbers (CholeskyQR2), in one well enough to iterate on. A column that depends on those before it
 * becomes zero.
 */
function orthonormalise(matrix: Float64Array, rows: number, c: number, passes: number): Float64Array {
  for (let pass = 0; pass < passes; pass++) {
    const factor = cholesky(gram(matrix, rows, c), c)
    for (let row = 0; row < rows; row++) {
      const at = row * c
      // Solves x · factorᵀ = row, from the first column to the last.
      for (let i = 0; i < c; i++) {
        const pivot = factor[i * c + i]
        let sum = matrix[at + i]
        for (let j = 0; j < i; j++) sum -= matrix[at + j] * factor[i * c + j]
        matrix[at + i] = pivot > 0 ? sum / pivot : 0
      }
    }
  }
  return matrix
}

/** Lower Cholesky factor of a positive semi-definite matrix; a dependent row gets a pivot of 0. */
function cholesky(a: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]
      for (let k = 0; k < j; k++) sum -= factor[i * n + k] * factor[j * n + k]
      if (i === j) factor[i * n + i] = sum > 1e-12 * a[i * n + i] ? Math.sqrt(sum) : 0
      else factor[i * n + j] = factor[j * n + j] > 0 ? sum / factor[j * n + j] : 0
    }
  }
  return factor
}

function gram(matrix: Float64Array, rows: number, c: number): Float64Array {
  const out = new Float64Array(c * c)
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < c; i++) {
      const value = matrix[row * c + i]
      if (value === 0) continue
      for (let j = i; j < c; j++) out[i * c + j] += value * matrix[row * c + j]
    }
  }
  for (let i = 0; i < c; i++) for (let j = 0; j < i; j++) out[i * c + j] = out[j * c + i]
  return out
}

/** Eigenvalues, falling, and eigenvectors (columns) of a small symmetric matrix: cyclic Jacobi rotations. */
export function symmetricEigen(
  matrix: Float64Array,
  n: number
): { values: Float64Array; vectors: Float64Array } {
  const a = Float64Array.from(matrix)
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0
    let all = 0
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        all += a[i * n + j] ** 2
        if (i !== j) off += a[i * n + j] ** 2
      }
    }
    if (off <= 1e-24 * all) break
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q)
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i] || i - j)
  const vectors = new Float64Array(n * n)
  order.forEach((from, to) => {
    for (let row = 0; row < n; row++) vectors[row * n + to] = v[row * n + from]
  })
  return { values: Float64Array.from(order, (i) => a[i * n + i]), vectors }
}

function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]
  if (apq === 0) return
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const cos = 1 / Math.sqrt(t * t + 1)
  const sin = t * cos
  for (let i = 0; i < n; i++) {
    const ip = a[i * n + p]
    const iq = a[i * n + q]
    a[i * n + p] = cos * ip - sin * iq
    a[i * n + q] = sin * ip + cos * iq
  }
  for (let i = 0; i < n; i++) {
    const pi = a[p * n + i]
    const qi = a[q * n + i]
    a[p * n + i] = cos * pi - sin * qi
    a[q * n + i] = sin * pi + cos * qi
    const vp = v[i * n + p]
    const vq = v[i * n + q]
    v[i * n + p] = cos * vp - sin * vq
    v[i * n + q] = sin * vp + cos * vq
  }
}
