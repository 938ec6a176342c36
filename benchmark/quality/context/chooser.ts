import { BoostedTrees, BOOSTING_DEFAULTS, Random, softmaxObjective } from "../../../src/services/lib"
import { ChoiceLogit, type ChoiceLists } from "./choice-logit"
import { Columns, type Sight } from "./columns"
import type { Numbered, Question } from "./rated"

/** Items that a chooser learns from beside those liked, drawn; all are ranked where it is measured. */
const DRAWN = 50
const PENALTY = 1e-3
const TREES = { ...BOOSTING_DEFAULTS, trees: 400, learningRate: 0.05, leaves: 6, listShare: 0.7 }

/** One question's rows to learn from. */
export interface ChoiceList {
  values: Float32Array
  labels: Uint8Array
}

/** The liked items of each question and some others. */
export function choiceLists(
  columns: Columns,
  questions: readonly Question[],
  { items }: Numbered,
  sight: Sight,
  random: Random
): ChoiceList[] {
  return questions.map(({ user, situation, liked, before }) => {
    const others: number[] = []
    for (let item = 0; item < items; item++) if (!liked.has(item) && !before.has(item)) others.push(item)
    const kept = [...liked, ...random.shuffle(others).slice(0, DRAWN)]
    const values = columns.of(user, situation, sight, kept)
    return { values, labels: Uint8Array.from(kept, (item) => (liked.has(item) ? 1 : 0)) }
  })
}

/** Orders items by columns: a conditional logit, with boosted trees on top. */
export class Chooser {
  private constructor(
    private readonly width: number,
    private readonly logit: ChoiceLogit,
    private readonly trees: BoostedTrees
  ) {}

  static fit(lists: readonly ChoiceList[], sight: Sight, seed: number): Chooser {
    const width = Columns.width(sight)
    // The last ones say when to stop: they must not be those of one part.
    const all = joined(new Random(seed).shuffle([...lists]), width)
    const logit = ChoiceLogit.fit(all, PENALTY)
    const initial = new Float64Array(all.labels.length)
    logit.score(all.values, initial)
    const trees = BoostedTrees.fit(
      { ...all, labels: Float32Array.from(all.labels), initial },
      softmaxObjective,
      TREES,
      { seed }
    )
    return new Chooser(width, logit, trees)
  }

  /** One score an item, into `scores`. */
  score(values: Float32Array, scores: Float64Array): void {
    this.logit.score(values, scores)
    const added = new Float64Array(scores.length)
    this.trees.predict({ width: this.width, values }, scores.length, added)
    for (let item = 0; item < scores.length; item++) scores[item] += added[item]
  }
}

function joined(lists: readonly ChoiceList[], width: number): ChoiceLists {
  const start = new Int32Array(lists.length + 1)
  lists.forEach(({ labels }, i) => (start[i + 1] = start[i] + labels.length))
  const values = new Float32Array(start[lists.length] * width)
  const labels = new Uint8Array(start[lists.length])
  lists.forEach((list, i) => {
    values.set(list.values, start[i] * width)
    labels.set(list.labels, start[i])
  })
  return { width, values, start, labels }
}
