/**
 * First and second derivatives of a loss by the scores of one list, `begin` to `end`, written into `gradient` and
 * `hessian` at the same places. Returns the loss. `labels` are relevances ≥ 0.
 */
export type ListObjective = (
  scores: Float64Array,
  labels: Float32Array,
  begin: number,
  end: number,
  gradient: Float32Array,
  hessian: Float32Array
) => number

const LEAST_HESSIAN = 1e-6

/** Listwise softmax cross entropy (ListNet's top-one, Cao et al. 2007): the relevant items share the probability. */
export const softmaxObjective: ListObjective = (scores, labels, begin, end, gradient, hessian) => {
  let highest = -Infinity
  let relevance = 0
  for (let row = begin; row < end; row++) {
    if (scores[row] > highest) highest = scores[row]
    relevance += labels[row]
  }
  let total = 0
  for (let row = begin; row < end; row++) total += Math.exp(scores[row] - highest)
  let loss = 0
  for (let row = begin; row < end; row++) {
    const p = Math.exp(scores[row] - highest) / total
    const target = relevance > 0 ? labels[row] / relevance : 0
    gradient[row] = relevance > 0 ? p - target : 0
    hessian[row] = relevance > 0 ? Math.max(LEAST_HESSIAN, p * (1 - p)) : LEAST_HESSIAN
    if (target > 0) loss -= target * (scores[row] - highest - Math.log(total))
  }
  return loss
}
