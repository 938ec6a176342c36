import { Random } from "./random"

export interface Interval {
  mean: number
  low: number
  high: number
}

export interface BootstrapOptions {
  seed?: number
  /** Resamples. Default 1000. */
  rounds?: number
  /** Share inside the interval. Default 0.95. */
  level?: number
}

/**
 * Percentile bootstrap of a mean (Efron & Tibshirani 1993). `clusters` names the unit that is drawn, one number
 * per value: steps of one session are not independent, so sessions are drawn, not steps. Without it each value
 * is its own unit. Memory: three numbers per cluster.
 */
export function bootstrapMean(
  values: ArrayLike<number>,
  clusters?: ArrayLike<number>,
  options: BootstrapOptions = {}
): Interval {
  const { seed = 1, rounds = 1000, level = 0.95 } = options
  const { sums, sizes } = clusterSums(values, clusters)
  const units = sums.length
  if (units === 0) return { mean: 0, low: 0, high: 0 }
  const random = new Random(seed)
  const means = new Float64Array(rounds)
  for (let round = 0; round < rounds; round++) {
    let sum = 0
    let size = 0
    for (let draw = 0; draw < units; draw++) {
      const unit = random.int(units)
      sum += sums[unit]
      size += sizes[unit]
    }
    means[round] = sum / size
  }
  means.sort()
  const tail = (1 - level) / 2
  const at = (share: number) => means[Math.min(rounds - 1, Math.max(0, Math.round(share * (rounds - 1))))]
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]
  return { mean: total / values.length, low: at(tail), high: at(1 - tail) }
}

/** Interval of the mean difference a − b of two models on the same examples. */
export function pairedBootstrap(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  clusters?: ArrayLike<number>,
  options?: BootstrapOptions
): Interval {
  return bootstrapMean(
    Float64Array.from({ length: a.length }, (_, i) => a[i] - b[i]),
    clusters,
    options
  )
}

function clusterSums(values: ArrayLike<number>, clusters?: ArrayLike<number>) {
  if (!clusters) {
    const sums = Float64Array.from(values)
    return { sums, sizes: new Float64Array(sums.length).fill(1) }
  }
  const numbers = new Map<number, number>()
  const sums: number[] = []
  const sizes: number[] = []
  for (let i = 0; i < values.length; i++) {
    let unit = numbers.get(clusters[i])
    if (unit === undefined) {
      unit = sums.length
      numbers.set(clusters[i], unit)
      sums.push(0)
      sizes.push(0)
    }
    sums[unit] += values[i]
    sizes[unit]++
  }
  return { sums: Float64Array.from(sums), sizes: Float64Array.from(sizes) }
}
