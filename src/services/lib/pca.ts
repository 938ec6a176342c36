import { Random } from "./random"
import { rightSingularVectors } from "./sparse-svd"

/** Rows that the directions are learned from at most: they hardly change beyond. */
const MAX_ROWS = 2_000
/** By how much a direction's variance is evened out: 0 leaves it as it is, 1 makes all directions count alike. */
const WHITENING = 0.5

/** Principal directions of dense vectors; `project` gives coordinates in them. */
export interface Pca {
  /** width */
  mean: Float32Array
  /** width × rank, row-major; each column divided by its standard deviation to the power of the whitening. */
  basis: Float32Array
}

/**
 * Principal component analysis with half whitening, which keeps a few strong directions (background, size) from
 * drowning what tells vectors apart (Jégou & Chum 2012 whiten wholly; half of it held best on photographs).
 * @param vectors all of one length; of many, a sample drawn by seed is looked at
 * @param rank directions beyond what the vectors hold are zero
 * Memory: 8 bytes × min(rows, 2,000) × width, and 8 × (rows + width) × (rank + 8).
 */
export function principalComponents(
  vectors: readonly Float32Array[],
  rank: number,
  seed: number,
  onStep?: () => void
): Pca {
  const sample =
    vectors.length <= MAX_ROWS ? vectors : new Random(seed).shuffle([...vectors]).slice(0, MAX_ROWS)
  const rows = sample.length
  const width = sample[0]?.length ?? 0
  const mean = new Float32Array(width)
  for (const vector of sample) for (let d = 0; d < width; d++) mean[d] += vector[d] / rows
  const values = new Float32Array(rows * width)
  sample.forEach((vector, row) => {
    for (let d = 0; d < width; d++) values[row * width + d] = vector[d] - mean[d]
  })
  const start = Int32Array.from({ length: rows + 1 }, (_, row) => row * width)
  const columns = new Int32Array(values.length)
  for (let at = 0; at < columns.length; at++) columns[at] = at % width
  const basis = Float32Array.from(
    rightSingularVectors({ rows, width, start, columns, values }, rank, seed, onStep)
  )
  const projected = sample.map((vector) => project({ mean, basis }, vector))
  for (let c = 0; c < rank; c++) {
    let variance = 0
    for (const row of projected) variance += row[c] ** 2 / rows
    const scale = variance > 1e-12 ? variance ** (-WHITENING / 2) : 0
    for (let d = 0; d < width; d++) basis[d * rank + c] *= scale
  }
  return { mean, basis }
}

/** Coordinates of a vector in the principal directions. */
export function project({ mean, basis }: Pca, vector: Float32Array): Float32Array {
  const rank = mean.length > 0 ? basis.length / mean.length : 0
  const out = new Float32Array(rank)
  for (let d = 0; d < mean.length; d++) {
    const value = vector[d] - mean[d]
    if (value === 0) continue
    for (let c = 0, at = d * rank; c < rank; c++) out[c] += value * basis[at + c]
  }
  return out
}
