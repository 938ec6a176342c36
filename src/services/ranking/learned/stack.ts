import { BOOSTING_DEFAULTS, BoostedTrees, lambdaObjective, type RankingLists } from "../../lib"
import type { RankExample } from "./example"
import { GATES } from "./gates"
import { effective, type Weights } from "./weights"

/** Trees on top of the weights, as they are kept. Plain JSON. */
export interface SavedStack {
  inputs: string[]
  gates: string[]
  meta: Record<string, unknown>
  arrays: Record<string, { type: string; values: number[] }>
}

/** A click in a slot that is hardly looked at counts as at most so many. */
const MAX_INVERSE = 10
/** Small trees: what they add to the weights are a few joint effects. */
const TREES = { ...BOOSTING_DEFAULTS, trees: 150, learningRate: 0.08, leaves: 12, minWeight: 5 }

const ARRAYS = { Float32Array, Float64Array, Int32Array, Uint8Array }

/**
 * LambdaMART on top of the linear weights: trees that see all inputs, the gates and the weights' own score, and add to
 * that score. A vote, and the score, can only raise it. Clicks, and the lists they are in, are weighted by how rarely their
 * slot is looked at (inverse propensity, Joachims, Swaminathan & Schnabel 2017), as the weights have learned it.
 */
export class Stack {
  private readonly columns: ReadonlyMap<string, number>

  private constructor(
    private readonly inputs: readonly string[],
    private readonly gates: readonly string[],
    private readonly trees: BoostedTrees
  ) {
    this.columns = new Map(inputs.map((input, column) => [input, column]))
  }

  /** @param votes names of the inputs that are votes of sources. @returns undefined when trees add nothing */
  static fit(
    examples: readonly RankExample[],
    weights: Weights,
    votes: ReadonlySet<string>,
    told: { seed: number; checkCancelled?(): void }
  ): Stack | undefined {
    const inputs = [...new Set(examples.flatMap((example) => example.inputs))].sort()
    const gates = GATES.map(({ name }) => name)
    const columns = new Map(inputs.map((input, column) => [input, column]))
    const lists = rankingLists(examples, weights, { columns, width: inputs.length + gates.length + 1 })
    const monotone = [
      ...inputs.map((input) => (votes.has(input) || input === "blend" ? 1 : 0)),
      ...gates.map(() => 0),
      1,
    ]
    const trees = BoostedTrees.fit(lists, lambdaObjective, { ...TREES, monotone }, told)
    return trees.size > 0 ? new Stack(inputs, gates, trees) : undefined
  }

  /**
   * What the trees add to the score of each row.
   * @param rows rows × names, row-major
   * @param scores the weights' scores of the rows
   */
  add(
    names: readonly string[],
    rows: ArrayLike<number>,
    situation: Readonly<Record<string, number>>,
    scores: Float64Array
  ): Float64Array {
    const width = this.inputs.length + this.gates.length + 1
    const values = new Float32Array(scores.length * width)
    const places = names.map((name) => this.columns.get(name) ?? -1)
    for (let row = 0; row < scores.length; row++) {
      const at = row * width
      for (let i = 0; i < names.length; i++)
        if (places[i] >= 0) values[at + places[i]] = rows[row * names.length + i]
      this.gates.forEach((gate, i) => (values[at + this.inputs.length + i] = situation[gate] ?? 0))
      values[at + width - 1] = scores[row]
    }
    const added = new Float64Array(scores.length)
    this.trees.predict({ width, values }, scores.length, added)
    return added
  }

  save(): SavedStack {
    const { meta, arrays } = this.trees.save()
    return {
      inputs: [...this.inputs],
      gates: [...this.gates],
      meta,
      arrays: Object.fromEntries(
        Object.entries(arrays).map(([name, array]) => [
          name,
          { type: array.constructor.name, values: Array.from(array as ArrayLike<number>) },
        ])
      ),
    }
  }

  static load({ inputs, gates, meta, arrays }: SavedStack): Stack {
    const typed = Object.fromEntries(
      Object.entries(arrays).map(([name, { type, values }]) => [
        name,
        ARRAYS[type as keyof typeof ARRAYS].from(values),
      ])
    )
    return new Stack(inputs, gates, BoostedTrees.load({ meta, arrays: typed }))
  }
}

function rankingLists(
  examples: readonly RankExample[],
  weights: Weights,
  { columns, width }: { columns: ReadonlyMap<string, number>; width: number }
): RankingLists {
  const start = new Int32Array(examples.length + 1)
  examples.forEach(({ position }, i) => (start[i + 1] = start[i] + position.length))
  const rows = start[examples.length]
  const values = new Float32Array(rows * width)
  const labels = new Float32Array(rows)
  const initial = new Float64Array(rows)
  examples.forEach((example, list) => {
    const { inputs, gates, position, gain } = example
    const scores = scoresOf(weights, example)
    const seldom = seldomLookedAt(weights, example)
    for (let i = 0; i < position.length; i++) {
      const row = start[list] + i
      inputs.forEach((input, at) => {
        values[row * width + columns.get(input)!] = example.rows[i * inputs.length + at]
      })
      values.set(gates, row * width + width - 1 - gates.length)
      values[(row + 1) * width - 1] = scores[i]
      initial[row] = scores[i]
      labels[row] = gain[i] * seldom[i]
    }
  })
  return { width, values, labels, start, initial, weights: countedAs(weights, examples) }
}

/**
 * How much each list counts, 1 on average: as much as the slots of what was taken are looked at rarely. Weights of the
 * clicks within a list do not do that, for the DCG of a list is measured against its best.
 */
export function countedAs(weights: Weights, examples: readonly RankExample[]): Float32Array {
  const counts = Float32Array.from(examples, (example) => {
    const seldom = seldomLookedAt(weights, example)
    let [gained, weighted] = [0, 0]
    example.gain.forEach((gain, i) => {
      gained += gain
      weighted += gain * seldom[i]
    })
    return gained > 0 ? weighted / gained : 1
  })
  const mean = counts.reduce((sum, one) => sum + one, 0) / counts.length
  return counts.map((one) => one / mean)
}

/** Scores of an example's products by the weights, without their slots' part. */
export function scoresOf(
  weights: Weights,
  { placement, inputs, gates, rows, position }: RankExample
): Float64Array {
  const counts = effective(weights, weights.of(placement, inputs), gates, new Float64Array(inputs.length))
  return Float64Array.from(position, (_, i) => {
    let score = 0
    for (let input = 0; input < inputs.length; input++)
      score += counts[input] * rows[i * inputs.length + input]
    return score
  })
}

/** By product of an example: how much rarer its slot is looked at than the first, at most MAX_INVERSE. */
export function seldomLookedAt(weights: Weights, { placement, inputs, position }: RankExample): Float64Array {
  const { values } = weights
  const places = weights.of(placement, inputs).position
  return Float64Array.from(position, (slot) =>
    Math.min(MAX_INVERSE, Math.max(1, Math.exp(values[places[0]] - values[places[slot]])))
  )
}

/** The gates' values of a situation by name, as `Stack.add` takes them, from those of an example. */
export const situationOfExample = ({ gates }: RankExample): Record<string, number> =>
  Object.fromEntries(GATES.map(({ name }, i) => [name, gates[i]]))
