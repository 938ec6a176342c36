import { BOOSTING_DEFAULTS, BoostedTrees, Random, softmaxObjective } from "../../lib"
import type { FitContext, ModelQuery } from "../model"
import { blendCandidates, type SourceAnswer } from "./blend-features"
import type { BlendOptions } from "./blend-options"
import type { BlendExample } from "./folds"
import type { ItemFacts } from "./item-facts"

/** Lists from which on trees grow to their full size. */
const PLENTY = 5_000
/** Items of a question at least, so that a ranker sees hard cases however many the questions are. */
const LEAST_LIST = 40

/**
 * Learns to order what the sources named, from questions whose answers are known. Lists that do not hold an answer
 * teach nothing and are left out. Undefined when too few are left.
 */
export function fitRanker(
  examples: readonly BlendExample[],
  ask: (query: ModelQuery) => SourceAnswer[],
  facts: ItemFacts,
  options: BlendOptions,
  context: FitContext
): BoostedTrees | undefined {
  const random = new Random(context.seed)
  const maxList = Math.max(LEAST_LIST, Math.floor(options.maxRows / Math.max(1, examples.length)))
  const lists: { values: Float32Array; labels: Float32Array }[] = []
  let width = 0
  examples.forEach(({ query, targets }, i) => {
    if ((i & 63) === 0) {
      context.checkCancelled()
      context.progress((0.6 * i) / examples.length)
    }
    const { ids, values } = blendCandidates(ask(query), query, facts)
    const right = ids.flatMap((id, row) => (targets.has(id) ? [row] : []))
    if (right.length === 0) return
    width = values.length / ids.length
    lists.push(drawList(ids, values, targets, right, maxList, random))
  })
  if (lists.length < options.minExamples) return undefined
  const start = new Int32Array(lists.length + 1)
  lists.forEach(({ labels }, list) => (start[list + 1] = start[list] + labels.length))
  const values = new Float32Array(start[lists.length] * width)
  const labels = new Float32Array(start[lists.length])
  random.shuffle(lists).forEach((list, at) => {
    start[at + 1] = start[at] + list.labels.length
    values.set(list.values, start[at] * width)
    labels.set(list.labels, start[at])
  })
  lists.length = 0
  const boosting = { ...BOOSTING_DEFAULTS, ...sizeFor(start.length - 1, options) }
  return BoostedTrees.fit({ width, values, start, labels }, softmaxObjective, boosting, {
    seed: context.seed,
    checkCancelled: () => context.checkCancelled(),
    progress: (share) => context.progress(0.6 + 0.4 * share),
  })
}

/** Few lists bear small trees only, in small steps. */
function sizeFor(lists: number, { trees, learningRate, leaves }: BlendOptions) {
  const ease = Math.min(1, lists / PLENTY)
  return {
    trees,
    learningRate: learningRate * Math.max(0.3, ease),
    leaves: Math.max(4, Math.round(leaves * ease)),
  }
}

/** All right items and as many of the others as fit, in their order. */
function drawList(
  ids: readonly string[],
  values: Float32Array,
  targets: ReadonlySet<string>,
  right: readonly number[],
  maxList: number,
  random: Random
) {
  const width = values.length / ids.length
  const wrong = ids.flatMap((id, row) => (targets.has(id) ? [] : [row]))
  const drawn = wrong.length + right.length > maxList ? random.shuffle(wrong) : wrong
  const rows = [...right, ...drawn.slice(0, Math.max(1, maxList - right.length))].sort((a, b) => a - b)
  const kept = new Float32Array(rows.length * width)
  rows.forEach((row, at) => kept.set(values.subarray(row * width, (row + 1) * width), at * width))
  return { values: kept, labels: Float32Array.from(rows, (row) => (targets.has(ids[row]) ? 1 : 0)) }
}
