/** Bins per feature at most; a bin number fits into a byte. */
export const MAX_BINS = 64

/** Rows of features, row-major: value of feature `f` of row `r` is `values[r * width + f]`. Never NaN. */
export interface FeatureRows {
  width: number
  values: Float32Array
}

/** Upper edges of the bins of every feature, rising: bin b holds what is > edge[b − 1] and ≤ edge[b]. */
export type Edges = readonly Float32Array[]

/** Rows looked at to place the edges. */
const SAMPLE = 50_000

/** Edges at the quantiles of each feature, over an even sample of the rows; equal values share a bin. */
export function quantileEdges({ width, values }: FeatureRows): Edges {
  const rows = values.length / width
  const step = Math.max(1, Math.floor(rows / SAMPLE))
  return Array.from({ length: width }, (_, feature) => {
    const sample = new Float32Array(Math.ceil(rows / step))
    for (let i = 0; i < sample.length; i++) sample[i] = values[i * step * width + feature]
    return edgesOf(sample.sort())
  })
}

function edgesOf(sorted: Float32Array): Float32Array {
  const distinct: number[] = []
  for (const value of sorted) if (value !== distinct[distinct.length - 1]) distinct.push(value)
  if (distinct.length <= MAX_BINS) return Float32Array.from(distinct.slice(0, -1))
  // Quantiles of the values themselves would give a frequent value (mostly 0) nearly all edges.
  const edges: number[] = []
  const frequent = sorted.length / MAX_BINS
  let held = 0
  for (let i = 0; i < sorted.length && edges.length < MAX_BINS - 1; i++) {
    held++
    const ends = i + 1 < sorted.length && sorted[i] !== sorted[i + 1]
    if (ends && held >= frequent) {
      edges.push(sorted[i])
      held = 0
    }
  }
  return Float32Array.from(edges)
}

/** Bin of every value, in the layout of the rows. */
export function toBins({ width, values }: FeatureRows, edges: Edges): Uint8Array {
  const bins = new Uint8Array(values.length)
  for (let at = 0, feature = 0; at < values.length; at++) {
    bins[at] = binOf(edges[feature], values[at])
    if (++feature === width) feature = 0
  }
  return bins
}

function binOf(edges: Float32Array, value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (value <= edges[middle]) high = middle
    else low = middle + 1
  }
  return low
}
