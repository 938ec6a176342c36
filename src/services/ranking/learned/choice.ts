import type { RankExample } from "./example"
import { effective, type Places, type Weights } from "./weights"

/** Most that one list counts, so that a rich basket does not outweigh a hundred clicks. */
const MAX_LIST_WEIGHT = 6

/** What the shopper would do with a shown list, by the weights, and what they did. */
export interface Choice {
  places: Places
  /** Probability of taking each product; what is left is that of taking nothing. */
  probability: Float64Array
  nothing: number
  /** The list's weight, at least 1. */
  weight: number
  /** Cross-entropy between what was done and what was foretold, times the weight. */
  loss: number
  /** Share of each product in what was done; 0 for all: nothing was taken. */
  taken: Float64Array
}

/**
 * Multinomial logit with an outside option: a product is taken with a probability proportional to
 * exp(score + how often its slot is looked at), taking nothing to exp(its own constant). The slot's part is learned along
 * and left out when lists are made, so that a product is not credited for where it stood (position as a term of the
 * choice model, as in Craswell et al. 2008 and the position tower of Guo et al. 2019, "PAL").
 * @param debias false: slots are taken to be looked at alike
 */
export function choiceOf(weights: Weights, example: RankExample, debias = true): Choice {
  const { placement, inputs, gates, rows, position, gain } = example
  const places = weights.of(placement, inputs)
  const counts = effective(weights, places, gates, new Float64Array(inputs.length))
  const { values } = weights
  const probability = new Float64Array(position.length)
  const outside = values[places.nothing]
  let most = outside
  for (let i = 0, at = 0; i < position.length; i++) {
    let score = debias ? values[places.position[position[i]]] : 0
    for (let input = 0; input < inputs.length; input++) score += counts[input] * rows[at++]
    probability[i] = score
    if (score > most) most = score
  }
  let total = Math.exp(outside - most)
  for (let i = 0; i < position.length; i++) total += probability[i] = Math.exp(probability[i] - most)
  const nothing = Math.exp(outside - most) / total
  let gained = 0
  for (let i = 0; i < position.length; i++) {
    probability[i] /= total
    gained += gain[i]
  }
  const taken = gained > 0 ? gain.map((value) => value / gained) : gain
  const weight = Math.min(MAX_LIST_WEIGHT, Math.max(1, gained))
  let loss = gained > 0 ? 0 : -Math.log(Math.max(nothing, 1e-12))
  for (let i = 0; i < position.length; i++)
    if (taken[i] > 0) loss -= taken[i] * Math.log(Math.max(probability[i], 1e-12))
  return { places, probability, nothing, weight, loss: weight * loss, taken }
}
