import { GATES } from "./gates"

/** Weights as they are kept: columns of one length. Plain JSON. */
export interface SavedWeights {
  names: string[]
  values: number[]
  /** Adam's running means of gradient and squared gradient, and the steps taken, each by weight. */
  mean: number[]
  square: number[]
  steps: number[]
}

/** Slots behind this one are looked at as often as this one. */
export const LAST_POSITION = 29

/** The fixed blend's score over the sum of its source weights, the input that everything starts from. */
export const BLEND = "blend"
/** What the fixed blend counts before anything is learned: its best product is taken e² times as often as one of half its score. */
const BLEND_PRIOR = 4
/** Log-odds, before anything is learned, of taking nothing against taking a product of score 0. */
const NOTHING_PRIOR = 4

/** How often a slot is looked at compared with the first, before anything is learned: ln(1 / (1 + slot/3)). */
const positionPrior = (slot: number): number => -Math.log1p(slot / 3)

/** Places of the weights that a placement's lists use. */
export interface Places {
  /** Inputs × (1 + gates), row-major: the weight of an input, then what each gate adds to it. */
  shared: Int32Array
  /** Inputs: what this placement adds to the weight. */
  own: Int32Array
  nothing: number
  /** By slot, 0 to LAST_POSITION. */
  position: Int32Array
}

/**
 * Named weights that grow as new sources, features, gates and placements turn up. A weight that is new has its prior,
 * with which the order is that of the fixed blend.
 */
export class Weights {
  values = new Float64Array(64)
  mean = new Float64Array(64)
  square = new Float64Array(64)
  steps = new Float64Array(64)
  private readonly names = new Map<string, number>()
  private readonly places = new Map<string, Places>()

  get size(): number {
    return this.names.size
  }

  /** Places of the weights of lists of this placement with these inputs (sources, features, BLEND). */
  of(placement: string, inputs: readonly string[]): Places {
    const key = `${placement} ${inputs.join(" ")}`
    let places = this.places.get(key)
    if (!places) {
      places = {
        shared: Int32Array.from(
          inputs.flatMap((input) => [
            this.at(input, input === BLEND ? BLEND_PRIOR : 0),
            ...GATES.map(({ name }) => this.at(`${input}|${name}`, 0)),
          ])
        ),
        own: Int32Array.from(inputs, (input) => this.at(`${placement}/${input}`, 0)),
        nothing: this.at(`${placement}/@nothing`, NOTHING_PRIOR),
        position: Int32Array.from({ length: LAST_POSITION + 1 }, (_, slot) =>
          this.at(`${placement}/@position:${slot}`, positionPrior(slot))
        ),
      }
      this.places.set(key, places)
    }
    return places
  }

  /** By name; undefined for a name that no list has used yet. */
  get(name: string): number | undefined {
    const at = this.names.get(name)
    return at === undefined ? undefined : this.values[at]
  }

  /** Goes a share of the way to others that it began with or from, which may have got more weights meanwhile: those it takes over. */
  follow(others: Weights, share: number): void {
    if (others.size > this.size) for (const [name, at] of others.names) this.at(name, others.values[at])
    for (let at = 0; at < others.size; at++) this.values[at] += share * (others.values[at] - this.values[at])
  }

  save(): SavedWeights {
    const column = (values: Float64Array) => Array.from(values.subarray(0, this.size))
    return {
      names: [...this.names.keys()],
      values: column(this.values),
      mean: column(this.mean),
      square: column(this.square),
      steps: column(this.steps),
    }
  }

  static load(saved: SavedWeights): Weights {
    const weights = new Weights()
    saved.names.forEach((name, i) => {
      const at = weights.at(name, saved.values[i])
      weights.mean[at] = saved.mean[i]
      weights.square[at] = saved.square[i]
      weights.steps[at] = saved.steps[i]
    })
    return weights
  }

  private at(name: string, prior: number): number {
    let at = this.names.get(name)
    if (at === undefined) {
      at = this.names.size
      this.names.set(name, at)
      if (at >= this.values.length) this.grow()
      this.values[at] = prior
    }
    return at
  }

  private grow(): void {
    for (const column of ["values", "mean", "square", "steps"] as const) {
      const larger = new Float64Array(2 * this[column].length)
      larger.set(this[column])
      this[column] = larger
    }
  }
}

/** Gates of a situation as `situationOf` names them, in the order of GATES. */
export const gateValues = (situation: Readonly<Record<string, number>>): Float64Array =>
  Float64Array.from(GATES, ({ name }) => situation[name] ?? 0)

/** What each input counts in this situation. @param into as many numbers as there are inputs */
export function effective(
  { values }: Pick<Weights, "values">,
  { shared, own }: Places,
  gates: Float64Array,
  into: Float64Array
): Float64Array {
  const width = gates.length + 1
  for (let input = 0; input < own.length; input++) {
    let weight = values[shared[input * width]] + values[own[input]]
    for (let gate = 0; gate < gates.length; gate++)
      weight += gates[gate] * values[shared[input * width + 1 + gate]]
    into[input] = weight
  }
  return into
}
