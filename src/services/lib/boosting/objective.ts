// Constants of this module: Jest looks a global up anew each time, which took a third of a fit's time in tests.
const { exp, log, max } = Math

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
  for (let row = begin; row < end; row++) total += exp(scores[row] - highest)
  let loss = 0
  for (let row = begin; row < end; row++) {
    const p = exp(scores[row] - highest) / total
    const target = relevance > 0 ? labels[row] / relevance : 0
    gradient[row] = relevance > 0 ? p - target : 0
    hessian[row] = relevance > 0 ? max(LEAST_HESSIAN, p * (1 - p)) : LEAST_HESSIAN
    if (target > 0) loss -= target * (scores[row] - highest - log(total))
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
  const size = end - begin
  const ideal = falling(labels, begin, size, 0)
  let most = 0
  for (let i = 0; i < size; i++) most += labels[ideal[i]] * discount(i)
  if (most === 0) return 0
  const order = falling(scores, begin, size, 1)
  let loss = 0
  for (let i = 0; i < size; i++)
    for (let j = i + 1; j < size; j++) {
      const [one, other] = [order[i], order[j]]
      if (labels[one] === labels[other]) continue
      const better = labels[one] > labels[other] ? one : other
      const worse = better === one ? other : one
      const change = ((labels[better] - labels[worse]) * (discount(i) - discount(j))) / most
      const wrong = 1 / (1 + exp(scores[better] - scores[worse]))
      gradient[better] -= change * wrong
      gradient[worse] += change * wrong
      hessian[better] += change * wrong * (1 - wrong)
      hessian[worse] += change * wrong * (1 - wrong)
      loss -= change * log(max(1e-12, 1 - wrong))
    }
  return loss
}

/** Rows of two orders; kept, for lists are many and short. */
const orders = [new Int32Array(64), new Int32Array(64)]

/** `size` rows from `begin` on, those of greater values first, equal ones as they come. Written over at the next call with this `place`. */
function falling(values: ArrayLike<number>, begin: number, size: number, place: 0 | 1): Int32Array {
  if (orders[place].length < size) orders[place] = new Int32Array(2 * size)
  const order = orders[place]
  for (let i = 0; i < size; i++) {
    let at = i
    for (; at > 0 && values[order[at - 1]] < values[begin + i]; at--) order[at] = order[at - 1]
    order[at] = begin + i
  }
  return order
}

/** What a place of a list counts in the DCG, from 0 on, by place as far as it was asked. */
const discounts: number[] = []
const discount = (rank: number): number => (discounts[rank] ??= 1 / Math.log2(rank + 2))
