import { applyRidge, observe, ridgeSystem, solveRidge, TopK, type Artifact } from "../lib"
import { FactorScorer } from "./factor-scorer"

/** Penalties tried; the one that foretells the factors of held-out items best is kept. */
const PENALTIES = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]
/** Every so many items is held out for that. */
const HELD_OUT = 5
/** Items whose factors show how much too short the foretold ones are. */
const MEASURED = 300
/** Similar items that correct what the regression says, and how fast their say falls with the cosine. */
const NEIGHBOURS = 20
const SHARPNESS = 4

export interface ColdMapData {
  /** Unit content vector of each item; none, or zeros, where its content says nothing. */
  vectors: readonly (Float32Array | undefined)[]
  /** items × outputs */
  factors: Float32Array
  /** How far each item's factor is to be trusted, 0–1. */
  weights: Float32Array
  /** Length of the content vectors, a multiple of 8. */
  width: number
  outputs: number
}

/**
 * Foretells factors from content: a ridge regression from content vectors to learned factors (attribute-to-feature mapping,
 * Gantner et al. 2010), corrected by what it got wrong for the most similar items, for no line goes through brands and
 * fashions; then stretched, because a regression's answers are shorter than what they stand for, and a short factor would
 * never come to the top of a list.
 * Memory: 4 × (width + outputs) bytes an item, and as much again in the kernels' memory.
 */
export class ColdMap {
  private width = 0
  private outputs = 0
  /** (width + 1) × outputs */
  private map: Float32Array = new Float32Array(0)
  /** Items with a content vector and a factor to trust: their rows in the data, vectors, what the map got wrong, weights. */
  private rows: Int32Array = new Int32Array(0)
  private vectors: Float32Array = new Float32Array(0)
  private errors: Float32Array = new Float32Array(0)
  private weights: Float32Array = new Float32Array(0)
  private stretch = 1
  private scorer: FactorScorer | undefined

  fit({ vectors, factors, weights, width, outputs }: ColdMapData): void {
    this.width = width
    this.outputs = outputs
    this.stretch = 1
    this.scorer = undefined
    this.rows = Int32Array.from(vectors.keys()).filter(
      (row) => weights[row] > 0 && vectors[row]?.some((value) => value !== 0)
    )
    const { rows } = this
    const count = rows.length
    this.vectors = new Float32Array(count * width)
    this.errors = new Float32Array(count * outputs)
    this.weights = Float32Array.from(rows, (row) => weights[row])
    this.map = new Float32Array(0)
    if (count === 0) return
    rows.forEach((row, i) => this.vectors.set(vectors[row]!, i * width))
    const factorOf = (i: number) => factors.subarray(rows[i] * outputs, (rows[i] + 1) * outputs)
    this.map = this.regress(factorOf)
    for (let i = 0; i < count; i++) {
      const foretold = applyRidge(this.map, this.vectorAt(i))
      factorOf(i).forEach((value, o) => (this.errors[i * outputs + o] = value - foretold[o]))
    }
    this.stretch = this.measureStretch(factorOf)
  }

  /**
   * The factor of an item with this content vector; undefined where content says nothing, or nothing was learned.
   * @param except row of an item that is not to speak for itself
   */
  foretell(vector: Float32Array | undefined, except = -1): Float32Array | undefined {
    if (this.map.length === 0 || !vector?.some((value) => value !== 0)) return undefined
    const factor = applyRidge(this.map, vector)
    const top = new TopK(Math.min(NEIGHBOURS + 1, this.rows.length))
    this.scorer ??= new FactorScorer(this.vectors, this.width, new Float32Array(0))
    this.scorer.rank(vector, top, -1)
    const { numbers, scores } = top.drain()
    const correction = new Float32Array(this.outputs)
    let total = 1
    numbers.forEach((i, rank) => {
      if (this.rows[i] === except || scores[rank] <= 0) return
      const weight = this.weights[i] * scores[rank] ** SHARPNESS
      total += weight
      for (let o = 0; o < this.outputs; o++) correction[o] += weight * this.errors[i * this.outputs + o]
    })
    return factor.map((value, o) => this.stretch * (value + correction[o] / total))
  }

  save(): Artifact["arrays"] {
    const { map, rows, vectors, errors, weights, width, outputs, stretch } = this
    return { map, rows, vectors, errors, weights, scalars: Float64Array.of(width, outputs, stretch) }
  }

  load(arrays: Artifact["arrays"]): void {
    ;[this.width, this.outputs, this.stretch] = arrays.scalars
    this.map = arrays.map as Float32Array
    this.rows = arrays.rows as Int32Array
    this.vectors = arrays.vectors as Float32Array
    this.errors = arrays.errors as Float32Array
    this.weights = arrays.weights as Float32Array
    this.scorer = undefined
  }

  private vectorAt(i: number): Float32Array {
    return this.vectors.subarray(i * this.width, (i + 1) * this.width)
  }

  private regress(factorOf: (i: number) => Float32Array): Float32Array {
    const [part, whole] = [0, 1].map(() => ridgeSystem(this.width, this.outputs))
    this.rows.forEach((_, i) => {
      observe(whole, this.vectorAt(i), factorOf(i), this.weights[i])
      if (i % HELD_OUT !== 0) observe(part, this.vectorAt(i), factorOf(i), this.weights[i])
    })
    let best = { penalty: PENALTIES[PENALTIES.length - 1], error: Infinity }
    for (const penalty of PENALTIES) {
      const map = solveRidge(part, penalty)
      let error = 0
      for (let i = 0; i < this.rows.length; i += HELD_OUT) {
        const wanted = factorOf(i)
        applyRidge(map, this.vectorAt(i)).forEach(
          (value, o) => (error += this.weights[i] * (value - wanted[o]) ** 2)
        )
      }
      if (error < best.error) best = { penalty, error }
    }
    return Float32Array.from(solveRidge(whole, best.penalty))
  }

  /** Root of mean squared length of learned factors over that of foretold ones. */
  private measureStretch(factorOf: (i: number) => Float32Array): number {
    const step = Math.ceil(this.rows.length / MEASURED)
    let [learned, foretold] = [0, 0]
    for (let i = 0; i < this.rows.length; i += step) {
      for (const value of factorOf(i)) learned += this.weights[i] * value * value
      const guess = this.foretell(this.vectorAt(i), this.rows[i]) ?? []
      for (const value of guess) foretold += this.weights[i] * value * value
    }
    return foretold > 0 ? Math.max(1, Math.sqrt(learned / foretold)) : 1
  }
}
