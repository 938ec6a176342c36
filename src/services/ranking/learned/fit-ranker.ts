import { bootstrapMean, Random, type Interval } from "../../lib"
import { learn, LEARN_DEFAULTS } from "./adam"
import type { RankExample } from "./example"
import { countedAs, scoresOf, seldomLookedAt, situationOfExample, Stack } from "./stack"
import { Weights } from "./weights"

/** Fewer lists with an outcome teach nothing that would hold. */
const ENOUGH = 200
/** Newest share of the lists, that judges what was learned from the others. */
const JUDGES = 0.2
const EPOCHS = 12
const FIRST_STEP = 0.03
const LAST_STEP = 0.003

/** What may make lists: weights, with trees on top or without. */
export interface Scorer {
  weights: Weights
  stack?: Stack
}

export interface FittedRanker extends Scorer {
  /** Why this one: what it gains over the ranker it replaces on lists neither had seen. */
  gain: Interval
  lists: number
  /** Gain of the trees over the weights alone, on the same lists. */
  stackGain?: Interval
}

export interface FitRankerTold {
  seed: number
  checkCancelled?(): void
}

/**
 * Learns a ranker from many lists at once, in the order of time, and judges it by the newest, which it has not seen:
 * weights alone and with trees on top, against the ranker that serves now. The measure is the DCG of what was taken,
 * each by how rarely its slot was looked at, over the best there could be; lists count by the same (self-normalised
 * inverse propensity, Swaminathan & Joachims 2015).
 * @returns undefined when there is too little to learn from, or nothing is clearly better than what serves now
 */
export function fitRanker(
  examples: readonly RankExample[],
  now: Scorer,
  votes: ReadonlySet<string>,
  told: FitRankerTold
): FittedRanker | undefined {
  const cut = Math.floor(examples.length * (1 - JUDGES))
  const [learned, judges] = [examples.slice(0, cut), examples.slice(cut)]
  const taken = (lists: readonly RankExample[]) => lists.filter(({ gain }) => gain.some((one) => one > 0))
  const asked = taken(judges)
  if (taken(learned).length < ENOUGH || asked.length < ENOUGH * JUDGES) return undefined
  const weights = fitWeights(learned, told)
  // Who judges must not depend on what is judged: how slots are looked at is taken from one fit for all.
  const stack = Stack.fit(taken(learned), weights, votes, told)
  const counts = countedAs(weights, asked)
  const scores = (scorer: Scorer) =>
    asked.map((example, i) => counts[i] * debiasedDcg(scorer, weights, example))
  const plain = scores({ weights })
  const stacked = stack && scores({ weights, stack })
  const stackGain = stacked && bootstrapMean(stacked.map((value, i) => value - plain[i]))
  const withTrees = stackGain !== undefined && stackGain.low > 0
  const best = withTrees ? stacked! : plain
  const present = scores(now)
  const gain = bootstrapMean(best.map((value, i) => value - present[i]))
  if (gain.low <= 0) return undefined
  const whole = fitWeights(examples, told)
  return {
    weights: whole,
    ...(withTrees && { stack: Stack.fit(taken(examples), whole, votes, told) }),
    gain,
    lists: examples.length,
    stackGain,
  }
}

/** Several times through the lists, in steps that shorten. @param debias false: slots are taken to be looked at alike */
export function fitWeights(
  examples: readonly RankExample[],
  { seed, checkCancelled }: FitRankerTold,
  debias = true
): Weights {
  const random = new Random(seed)
  const weights = new Weights()
  const anchor = new Weights()
  const order = examples.map((_, i) => i)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    random.shuffle(order)
    for (const [step, i] of order.entries()) {
      if ((step & 255) === 0) checkCancelled?.()
      const share = (epoch + step / order.length) / EPOCHS
      const learningRate = FIRST_STEP * (LAST_STEP / FIRST_STEP) ** share
      learn(weights, anchor, examples[i], { ...LEARN_DEFAULTS, learningRate, debias })
    }
  }
  return weights
}

/** nDCG of what was taken in the order of a scorer; `looks` says how rarely each slot was looked at. */
export function debiasedDcg({ weights, stack }: Scorer, looks: Weights, example: RankExample): number {
  const scores = scoresOf(weights, example)
  if (stack) {
    const added = stack.add(example.inputs, example.rows, situationOfExample(example), scores)
    for (let i = 0; i < scores.length; i++) scores[i] += added[i]
  }
  const seldom = seldomLookedAt(looks, example)
  const worth = Array.from(example.gain, (gain, i) => gain * seldom[i])
  // Ties count against what was taken.
  const order = worth.map((_, i) => i).sort((a, b) => scores[b] - scores[a] || worth[a] - worth[b])
  const dcg = (list: readonly number[]) =>
    list.reduce((sum, value, rank) => sum + value / Math.log2(rank + 2), 0)
  return dcg(order.map((i) => worth[i])) / dcg([...worth].sort((a, b) => b - a))
}
