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

/**
 * LambdaMART (Burges 2010): every pair of different relevance pulls apart, by how sure the order is wrong and by what
 * turning it round would change in the nDCG. Relevances may be inverse-propensity weighted. O(n²) a list.
 * @returns the loss, the pairs' log loss weighted the same way
 */
export const lambdaObjective: ListObjective = (scores, labels, begin, end, gradient, hessian) => {
  gradient.fill(0, begin, end)
  hessian.fill(LEAST_HESSIAN, begin, end)
  const order = Array.from({ length: end - begin }, (_, i) => begin + i)
  const ideal = order.map((row) => labels[row]).sort((a, b) => b - a)
  const most = ideal.reduce((sum, label, rank) => sum + label * discount(rank), 0)
  if (most === 0) return 0
  order.sort((a, b) => scores[b] - scores[a])
  let loss = 0
  for (let i = 0; i < order.length; i++)
    for (let j = i + 1; j < order.length; j++) {
      if (labels[order[i]] === labels[order[j]]) continue
      const [better, worse] =
        labels[order[i]] > labels[order[j]] ? [order[i], order[j]] : [order[j], order[i]]
      const change = ((labels[better] - labels[worse]) * (discount(i) - discount(j))) / most
      const wrong = 1 / (1 + Math.exp(scores[better] - scores[worse]))
      gradient[better] -= change * wrong
      gradient[worse] += change * wrong
      hessian[better] += change * wrong * (1 - wrong)
      hessian[worse] += change * wrong * (1 - wrong)
      loss -= change * Math.log(Math.max(1e-12, 1 - wrong))
    }
  return loss
}

/** What a place of a list counts in the DCG, from 0 on. */
const discount = (rank: number): number => 1 / Math.log2(rank + 2)
