import { choiceOf } from "./choice"
import type { RankExample } from "./example"
import type { Weights } from "./weights"

const DECAY_MEAN = 0.9
const DECAY_SQUARE = 0.999
const EPSILON = 1e-8
/** No weight leaves this range, whatever the data says. */
const BOUND = 12
/** A gradient longer than this (Euclidean) is cut to it: one odd list must not move the model. */
const MAX_GRADIENT = 5

export interface LearnOptions {
  /** Length of a step: about the most that one list moves a weight. */
  learningRate: number
  /** Share of the step by which a weight is drawn back to its anchor. */
  pull: number
  debias: boolean
}

export const LEARN_DEFAULTS: LearnOptions = { learningRate: 0.005, pull: 0.01, debias: true }

/**
 * One step of Adam (Kingma & Ba 2015) on one list, each weight with its own count of steps, for most lists use few of the
 * weights. Steps are bounded by the learning rate, weights by BOUND. @returns the loss before the step
 */
export function learn(
  weights: Weights,
  anchor: Weights,
  example: RankExample,
  { learningRate, pull, debias }: LearnOptions = LEARN_DEFAULTS
): number {
  const choice = choiceOf(weights, example, debias)
  const anchored = anchor.of(example.placement, example.inputs)
  const { places, probability, weight, taken } = choice
  const { inputs, gates, rows, position } = example
  const width = gates.length + 1
  const gradient = new Gradient(1 + places.position.length + inputs.length * (1 + width))
  const nothing = choice.nothing - (taken.some((share) => share > 0) ? 0 : 1)
  gradient.put(places.nothing, weight * nothing, anchored.nothing)
  const slopes = new Float64Array(inputs.length)
  const bySlot = new Float64Array(places.position.length)
  for (let i = 0, at = 0; i < position.length; i++) {
    const slope = weight * (probability[i] - taken[i])
    bySlot[position[i]] += slope
    for (let input = 0; input < inputs.length; input++) slopes[input] += slope * rows[at++]
  }
  if (debias)
    for (const slot of new Set(position))
      gradient.put(places.position[slot], bySlot[slot], anchored.position[slot])
  for (let input = 0; input < inputs.length; input++) {
    const slope = slopes[input]
    if (slope === 0) continue
    gradient.put(places.own[input], slope, anchored.own[input])
    const at = input * width
    gradient.put(places.shared[at], slope, anchored.shared[at])
    for (let gate = 0; gate < gates.length; gate++)
      if (gates[gate] !== 0)
        gradient.put(places.shared[at + 1 + gate], slope * gates[gate], anchored.shared[at + 1 + gate])
  }
  const cut = Math.min(1, MAX_GRADIENT / (gradient.length || 1))
  for (let i = 0; i < gradient.size; i++) {
    const at = gradient.at[i]
    step(weights, at, gradient.value[i] * cut, learningRate)
    const back = learningRate * pull * (weights.values[at] - anchor.values[gradient.home[i]])
    weights.values[at] = Math.max(-BOUND, Math.min(BOUND, weights.values[at] - back))
  }
  return choice.loss
}

/** Slopes of the weights that a list uses, each once. */
class Gradient {
  /** Place of the weight, and of the one that it is drawn back to. */
  readonly at: Int32Array
  readonly home: Int32Array
  readonly value: Float64Array
  size = 0

  constructor(most: number) {
    this.at = new Int32Array(most)
    this.home = new Int32Array(most)
    this.value = new Float64Array(most)
  }

  put(at: number, value: number, home: number): void {
    this.at[this.size] = at
    this.home[this.size] = home
    this.value[this.size++] = value
  }

  /** Euclidean. */
  get length(): number {
    let sum = 0
    for (let i = 0; i < this.size; i++) sum += this.value[i] * this.value[i]
    return Math.sqrt(sum)
  }
}

function step({ values, mean, square, steps }: Weights, at: number, gradient: number, rate: number): void {
  const time = ++steps[at]
  mean[at] = DECAY_MEAN * mean[at] + (1 - DECAY_MEAN) * gradient
  square[at] = DECAY_SQUARE * square[at] + (1 - DECAY_SQUARE) * gradient * gradient
  const corrected = mean[at] / (1 - DECAY_MEAN ** time)
  values[at] -= (rate * corrected) / (Math.sqrt(square[at] / (1 - DECAY_SQUARE ** time)) + EPSILON)
}
