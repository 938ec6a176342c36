const xLogX = (x: number): number => (x > 0 ? x * Math.log(x) : 0)

/**
 * Log-likelihood ratio of two events occurring together (Dunning 1993): 2 × (row entropy + column entropy −
 * matrix entropy), at least 0.
 * @param both occurrences of both; @param a, b occurrences of each; @param total all trials
 */
export function logLikelihoodRatio(both: number, a: number, b: number, total: number): number {
  const onlyA = a - both
  const onlyB = b - both
  const neither = total - a - b + both
  const matrix = xLogX(total) - xLogX(both) - xLogX(onlyA) - xLogX(onlyB) - xLogX(neither)
  const rows = xLogX(total) - xLogX(a) - xLogX(total - a)
  const columns = xLogX(total) - xLogX(b) - xLogX(total - b)
  return Math.max(0, 2 * (rows + columns - matrix))
}
