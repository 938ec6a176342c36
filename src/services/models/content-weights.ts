import { Random } from "../lib"
import type { Interactions } from "./training-data"

/** Pairs that weights are judged by; more would cost time and change little. */
const MAX_PAIRS = 2_000
/** With fewer pairs the parts count alike: chance would choose. */
const MIN_PAIRS = 100
const STEPS = [0, 0.25, 0.5, 1, 2]
/** Weights must win by this share of pairs told apart to be preferred to equal ones. */
const WORTH = 0.002

/** Cosine of two items in one part; undefined where one of them has no vector there. */
export type PartCosine = (a: string, b: string) => number | undefined

/**
 * Weights of content parts, the first 1, by what shoppers look at together: of two items, one seen right after a third and
 * one drawn by how often it is seen, how often does the combined cosine tell which is which. Training sessions only, the
 * newest. Equal weights where interactions are few or say nothing.
 */
export function chooseWeights(
  parts: readonly PartCosine[],
  { itemIds, item, session }: Interactions,
  seed: number
): number[] {
  const equal = parts.map(() => 1)
  if (parts.length < 2) return equal
  const random = new Random(seed)
  const together: number[][] = []
  const apart: number[][] = []
  for (let row = item.length - 1; row > 0 && together.length < MAX_PAIRS; row--) {
    if (session[row] !== session[row - 1] || item[row] === item[row - 1]) continue
    const other = item[random.int(item.length)]
    if (other === item[row - 1] || other === item[row]) continue
    const cosines = (id: number) => parts.map((part) => part(itemIds[item[row - 1]], itemIds[id]) ?? NaN)
    const [near, far] = [cosines(item[row]), cosines(other)]
    if (near.every(Number.isNaN) || far.every(Number.isNaN)) continue
    together.push(near)
    apart.push(far)
  }
  if (together.length < MIN_PAIRS) return equal
  const toldApart = (weights: readonly number[]) => {
    let right = 0
    together.forEach((near, pair) => {
      const difference = combine(near, weights) - combine(apart[pair], weights)
      right += difference > 0 ? 1 : difference === 0 ? 0.5 : 0
    })
    return right / together.length
  }
  let best = { weights: equal, right: toldApart(equal) + WORTH }
  for (const weights of combinations(parts.length - 1).map((rest) => [1, ...rest])) {
    const right = toldApart(weights)
    if (right > best.right) best = { weights, right }
  }
  return best.weights
}

/** Cosine of vectors made of unit parts with these weights, where parts may be missing (NaN). */
function combine(cosines: readonly number[], weights: readonly number[]): number {
  let sum = 0
  let total = 0
  cosines.forEach((cosine, part) => {
    if (Number.isNaN(cosine)) return
    sum += weights[part] ** 2 * cosine
    total += weights[part] ** 2
  })
  return total > 0 ? sum / total : 0
}

function combinations(parts: number): number[][] {
  if (parts === 0) return [[]]
  return combinations(parts - 1).flatMap((rest) => STEPS.map((step) => [...rest, step]))
}
