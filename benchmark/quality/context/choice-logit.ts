/** Lists of rows of columns, one after the other: list `l` is rows `start[l]` to `start[l + 1]`. */
export interface ChoiceLists {
  width: number
  values: Float32Array
  start: Int32Array
  /** 1 for what was chosen, of which a list has one at least. */
  labels: Uint8Array
}

const ROUNDS = 25
/** A step that betters the loss of a list by less is the last. */
const ENOUGH = 1e-7
/** Shortest share of Newton's step that is tried. */
const SHORTEST = 0.01

/**
 * Conditional logit (McFadden 1974): something of a list is chosen with a probability proportional to
 * exp(weights · columns). Columns are brought to one scale, weights drawn to 0 by `penalty`, learned by Newton's method.
 */
export class ChoiceLogit {
  private constructor(private readonly weights: Float64Array) {}

  /** @param penalty for each list */
  static fit({ width, values, start, labels }: ChoiceLists, penalty: number): ChoiceLogit {
    const deviation = deviations(width, values)
    const lists = start.length - 1
    const weights = new Float64Array(width)
    const scaled = new Float64Array(width)
    const at = (weights: Float64Array) => {
      for (let c = 0; c < width; c++) scaled[c] = weights[c] / deviation[c]
      const found = derivatives({ width, values, start, labels }, scaled, deviation)
      let loss = found.loss / lists
      for (const weight of weights) loss += (penalty * weight ** 2) / 2
      return { ...found, loss }
    }
    let here = at(weights)
    for (let round = 0, step = 1; round < ROUNDS && step > SHORTEST; round++) {
      const { slope, curve } = here
      for (let c = 0; c < width; c++) {
        slope[c] = slope[c] / lists + penalty * weights[c]
        for (let d = 0; d <= c; d++) curve[c * width + d] /= lists
        curve[c * width + c] += penalty
      }
      const move = solved(curve, slope, width)
      for (; step > SHORTEST; step /= 2) {
        const next = at(weights.map((weight, c) => weight - step * move[c]))
        if (!(next.loss < here.loss)) continue
        for (let c = 0; c < width; c++) weights[c] -= step * move[c]
        const gained = here.loss - next.loss
        here = next
        step = gained < ENOUGH ? 0 : Math.min(1, 2 * step)
        break
      }
    }
    return new ChoiceLogit(weights.map((weight, c) => weight / deviation[c]))
  }

  /** One score a row, into `scores`. */
  score(values: Float32Array, scores: Float64Array): void {
    const { weights } = this
    for (let row = 0, at = 0; row < scores.length; row++) {
      let score = 0
      for (let c = 0; c < weights.length; c++) score += weights[c] * values[at++]
      scores[row] = score
    }
  }
}

/** Of each column over all rows; without bound for one that is the same everywhere, which says nothing. */
function deviations(width: number, values: Float32Array): Float64Array {
  const rows = values.length / width
  const mean = new Float64Array(width)
  const square = new Float64Array(width)
  for (let at = 0; at < values.length; at++) mean[at % width] += values[at] / rows
  for (let at = 0; at < values.length; at++) square[at % width] += (values[at] - mean[at % width]) ** 2 / rows
  return square.map((one) => Math.sqrt(one) || Infinity)
}

function derivatives(
  { width, values, start, labels }: ChoiceLists,
  scaled: Float64Array,
  deviation: Float64Array
) {
  const slope = new Float64Array(width)
  const curve = new Float64Array(width * width)
  const expected = new Float64Array(width)
  const centred = new Float64Array(width)
  let loss = 0
  let chance = new Float64Array(0)
  for (let list = 0; list + 1 < start.length; list++) {
    const [begin, size] = [start[list], start[list + 1] - start[list]]
    if (chance.length < size) chance = new Float64Array(2 * size)
    let most = -Infinity
    let taken = 0
    for (let i = 0, at = begin * width; i < size; i++) {
      let score = 0
      for (let c = 0; c < width; c++) score += scaled[c] * values[at++]
      chance[i] = score
      if (score > most) most = score
      taken += labels[begin + i]
    }
    let total = 0
    for (let i = 0; i < size; i++) if (labels[begin + i]) loss -= (chance[i] - most) / taken
    for (let i = 0; i < size; i++) total += chance[i] = Math.exp(chance[i] - most)
    loss += Math.log(total)
    expected.fill(0)
    for (let i = 0, at = begin * width; i < size; i++) {
      chance[i] /= total
      for (let c = 0; c < width; c++) expected[c] += chance[i] * values[at++]
    }
    for (let i = 0, at = begin * width; i < size; i++, at += width) {
      const share = labels[begin + i] ? 1 / taken : 0
      for (let c = 0; c < width; c++) {
        centred[c] = (values[at + c] - expected[c]) / deviation[c]
        if (share) slope[c] -= share * centred[c]
      }
      for (let c = 0; c < width; c++) {
        const value = chance[i] * centred[c]
        for (let d = 0; d <= c; d++) curve[c * width + d] += value * centred[d]
      }
    }
  }
  return { loss, slope, curve }
}

/** Solution of a symmetric positive definite system, by its lower triangle (Cholesky). */
function solved(lower: Float64Array, right: Float64Array, n: number): Float64Array {
  const root = Float64Array.from(lower)
  const x = Float64Array.from(right)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = root[i * n + j]
      for (let k = 0; k < j; k++) sum -= root[i * n + k] * root[j * n + k]
      root[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / root[j * n + j]
    }
    for (let k = 0; k < i; k++) x[i] -= root[i * n + k] * x[k]
    x[i] /= root[i * n + i]
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= root[k * n + i] * x[k]
    x[i] /= root[i * n + i]
  }
  return x
}
