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

export const LEARN_DEFAULTS: LearnOptions = { learningRate: 0.01, pull: 0.01, debias: true }

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
  const gradient = new Map<number, number>()
  const home = new Map<number, number>()
  const give = (at: number, value: number, from: number) => {
    gradient.set(at, (gradient.get(at) ?? 0) + value)
    home.set(at, from)
  }
  const nothing = choice.nothing - (taken.some((share) => share > 0) ? 0 : 1)
  give(places.nothing, weight * nothing, anchored.nothing)
  const slopes = new Float64Array(inputs.length)
  for (let i = 0, at = 0; i < position.length; i++) {
    const slope = weight * (probability[i] - taken[i])
    if (debias) give(places.position[position[i]], slope, anchored.position[position[i]])
    for (let input = 0; input < inputs.length; input++) slopes[input] += slope * rows[at++]
  }
  for (let input = 0; input < inputs.length; input++) {
    const slope = slopes[input]
    if (slope === 0) continue
    give(places.own[input], slope, anchored.own[input])
    give(places.shared[input * width], slope, anchored.shared[input * width])
    for (let gate = 0; gate < gates.length; gate++)
      if (gates[gate] !== 0)
        give(
          places.shared[input * width + 1 + gate],
          slope * gates[gate],
          anchored.shared[input * width + 1 + gate]
        )
  }
  let length = 0
  for (const value of gradient.values()) length += value * value
  const cut = Math.min(1, MAX_GRADIENT / Math.sqrt(length || 1))
  for (const [at, value] of gradient) {
    step(weights, at, value * cut, learningRate)
    const back = learningRate * pull * (weights.values[at] - anchor.values[home.get(at)!])
    weights.values[at] = Math.max(-BOUND, Math.min(BOUND, weights.values[at] - back))
  }
  return choice.loss
}

function step({ values, mean, square, steps }: Weights, at: number, gradient: number, rate: number): void {
  const time = ++steps[at]
  mean[at] = DECAY_MEAN * mean[at] + (1 - DECAY_MEAN) * gradient
  square[at] = DECAY_SQUARE * square[at] + (1 - DECAY_SQUARE) * gradient * gradient
  const corrected = mean[at] / (1 - DECAY_MEAN ** time)
  values[at] -= (rate * corrected) / (Math.sqrt(square[at] / (1 - DECAY_SQUARE ** time)) + EPSILON)
}
