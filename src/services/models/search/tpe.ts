import type { Random } from "../../lib"
import { drawChoice, drawValue, placeOf, valueAt, type Choice, type Range, type SearchSpace } from "./space"

export interface Trial {
  choice: Choice
  /** More is better; −Infinity for one that failed. */
  score: number
}

/** Share of the trials that count as good. */
const GOOD = 0.25
const CANDIDATES = 24
/** Before so many trials there is nothing to learn from. */
const FIRST = 5
/** Narrowest kernel, as a share of the range. */
const MIN_WIDTH = 0.05

/**
 * What to try next, by tree-structured Parzen estimators (Bergstra et al., NIPS 2011), each option by itself: of a few
 * draws from near the good trials, the one that is likeliest there and least likely among the others.
 */
export function nextChoice(space: SearchSpace, trials: readonly Trial[], random: Random): Choice {
  if (trials.length < FIRST) return drawChoice(space, random)
  const ranked = [...trials].sort((a, b) => b.score - a.score)
  const count = Math.max(2, Math.ceil(GOOD * ranked.length))
  const good = ranked.slice(0, count)
  const others = ranked.slice(count)
  const choice: Choice = {}
  for (const [option, range] of Object.entries(space)) {
    const values = (of: readonly Trial[]) => of.map((trial) => trial.choice[option])
    const [near, far] = [values(good), values(others)]
    let best: { value: unknown; ratio: number } | undefined
    for (let i = 0; i < CANDIDATES; i++) {
      const value = drawNear(range, near, random)
      const ratio = density(range, near, value) / density(range, far, value)
      if (!best || ratio > best.ratio) best = { value, ratio }
    }
    choice[option] = best!.value
  }
  return choice
}

/** From a kernel around one of the values, or, as one more value would have it, from the whole range. */
function drawNear(range: Range, values: readonly unknown[], random: Random): unknown {
  const at = random.int(values.length + 1)
  if (at === values.length) return drawValue(range, random)
  if ("oneOf" in range) return values[at]
  const place = placeOf(range, values[at]) ?? random.next()
  return valueAt(range, Math.max(0, Math.min(1, place + widthOf(values.length) * random.normal())))
}

/** Up to a constant that is the same for all values of a range. */
function density(range: Range, values: readonly unknown[], value: unknown): number {
  if ("oneOf" in range) {
    const same = values.filter((one) => one === value).length
    return (same + 1) / (values.length + range.oneOf.length)
  }
  const place = placeOf(range, value)!
  const width = widthOf(values.length)
  let sum = 1
  for (const one of values) {
    const distance = (placeOf(range, one)! - place) / width
    sum += Math.exp(-0.5 * distance * distance) / (width * Math.sqrt(2 * Math.PI))
  }
  return sum / (values.length + 1)
}

const widthOf = (count: number): number => Math.max(MIN_WIDTH, 1 / (count + 1))
