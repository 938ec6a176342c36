/** Normal equations of a weighted ridge regression with an intercept: solved for several penalties at little cost. */
export interface RidgeSystem {
  /** Inputs, the intercept not counted. */
  width: number
  outputs: number
  /** Sum of the weights. */
  weight: number
  /** (width + 1)², the lower triangle; the last row belongs to the intercept. */
  gram: Float64Array
  /** (width + 1) × outputs */
  moments: Float64Array
}

export function ridgeSystem(width: number, outputs: number): RidgeSystem {
  const n = width + 1
  return { width, outputs, weight: 0, gram: new Float64Array(n * n), moments: new Float64Array(n * outputs) }
}

/** Adds an observation that counts `weight` times. */
export function observe(system: RidgeSystem, x: Float32Array, y: Float32Array, weight: number): void {
  const { width, outputs, gram, moments } = system
  const n = width + 1
  system.weight += weight
  for (let i = 0; i < n; i++) {
    const value = weight * (i < width ? x[i] : 1)
    if (value === 0) continue
    for (let j = 0; j <= i; j++) gram[i * n + j] += value * (j < width ? x[j] : 1)
    for (let o = 0; o < outputs; o++) moments[i * outputs + o] += value * y[o]
  }
}

/**
 * Coefficients that minimise Σ weight·|y − (x, 1)·B|² + penalty·Σweights·|B|², the intercept not penalised.
 * @param penalty above 0: as a share of the weights' sum, so that it means the same for any number of observations
 * @returns (width + 1) × outputs, the last row the intercept; zeros without observations
 */
export function solveRidge({ width, outputs, weight, gram, moments }: RidgeSystem, penalty: number) {
  const n = width + 1
  const solution = Float64Array.from(moments)
  if (weight <= 0) return solution.fill(0)
  const factor = Float64Array.from(gram)
  for (let i = 0; i < width; i++) factor[i * n + i] += penalty * weight
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = factor[i * n + j]
      for (let k = 0; k < j; k++) sum -= factor[i * n + k] * factor[j * n + k]
      factor[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12 * weight)) : sum / factor[j * n + j]
    }
  }
  for (let o = 0; o < outputs; o++) {
    for (let i = 0; i < n; i++) {
      let sum = solution[i * outputs + o]
      for (let k = 0; k < i; k++) sum -= factor[i * n + k] * solution[k * outputs + o]
      solution[i * outputs + o] = sum / factor[i * n + i]
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = solution[i * outputs + o]
      for (let k = i + 1; k < n; k++) sum -= factor[k * n + i] * solution[k * outputs + o]
      solution[i * outputs + o] = sum / factor[i * n + i]
    }
  }
  return solution
}

/** (x, 1)·B */
export function applyRidge(coefficients: Float64Array | Float32Array, x: Float32Array): Float32Array {
  const outputs = coefficients.length / (x.length + 1)
  const y = new Float32Array(outputs)
  for (let i = 0; i <= x.length; i++) {
    const value = i < x.length ? x[i] : 1
    if (value === 0) continue
    for (let o = 0; o < outputs; o++) y[o] += value * coefficients[i * outputs + o]
  }
  return y
}
