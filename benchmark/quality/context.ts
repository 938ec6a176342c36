/**
 * What the situation is worth: `tsx benchmark/quality/context.ts <folder of the three rating sets> [name of a set] [--folds=5] [--tune]`.
 *
 * The same boosted ranker orders all items with and without the columns of the situation. Its columns come from ratings
 * and from a factorization machine. Ratings are split within each user into five folds by seed; each is asked once, of
 * what was learned from the other four. A question is a user in a situation; it is answered well by what that user rated
 * 4 or 5 in that situation. Left out of the ranking is what the user has rated in this very situation before.
 * Options are chosen for each of the two, in each fold anew, on a fifth of the learning part. Users are what the paired
 * bootstrap draws. `--tune` shows what is chosen on the learning parts and asks nothing of the test.
 */
import {
  BoostedTrees,
  BOOSTING_DEFAULTS,
  bootstrapMean,
  listMetrics,
  pairedBootstrap,
  Random,
  softmaxObjective,
  type BoostingOptions,
  type Interval,
} from "../../src/services/lib"
import { FactorizationMachine, softmax } from "./context/factorization-machine"
import { readRatingSets, type Rating, type RatingSet } from "./context/sets"
import { AWARE, LIKED, PLAIN, Statistics } from "./context/statistics"

const K = 10
const SEED = 1
const FOLDS = 5
const MACHINE = { factors: 16, epochs: 80, learningRate: 0.01 }
/** Epochs without a better list before a fit ends. */
const PATIENCE = 6
/** Items that a ranker learns from beside those liked, drawn; all are ranked where it is measured. */
const DRAWN = 150

const DECAYS = [0.01, 0.1, 0.5]
const TREES: readonly Partial<BoostingOptions>[] = [3, 6, 12].flatMap((leaves) =>
  [0.03, 0.1].map((learningRate) => ({ leaves, learningRate, trees: 400, listShare: 0.7, patience: 30 }))
)

const keyOf = ({ user, situation }: Rating) => `${user} ${situation.join(" ")}`

/** Numbers for names, in the order in which they come. */
class Numbers {
  private readonly known = new Map<string, number>()
  of(name: string): number {
    let number = this.known.get(name)
    if (number === undefined) this.known.set(name, (number = this.known.size))
    return number
  }
  get size(): number {
    return this.known.size
  }
}

/** Parts of equal size within each user. */
function foldsOf(ratings: readonly Rating[], seed: number): Rating[][] {
  const random = new Random(seed)
  const byUser = new Map<string, Rating[]>()
  for (const rating of ratings) byUser.set(rating.user, [...(byUser.get(rating.user) ?? []), rating])
  const parts = Array.from({ length: FOLDS }, (): Rating[] => [])
  for (const own of byUser.values()) {
    const first = random.int(FOLDS)
    random.shuffle(own).forEach((rating, i) => parts[(first + i) % FOLDS].push(rating))
  }
  return parts
}

const without = <T>(parts: readonly T[][], one: number): T[] =>
  parts.flatMap((part, i) => (i === one ? [] : part))

/** A set in numbers. */
class Numbered {
  readonly items: string[]
  readonly itemNumber: ReadonlyMap<string, number>
  readonly kindsOf: number[][]
  readonly kinds: number
  private readonly itemFeatures: Int32Array[]
  private readonly features = new Numbers()

  constructor({ ratings, itemAttributes }: RatingSet) {
    this.items = [...itemAttributes.keys()].sort()
    this.itemNumber = new Map(this.items.map((id, i) => [id, i]))
    const kinds = new Numbers()
    this.kindsOf = this.items.map((id) => itemAttributes.get(id)!.map((name) => kinds.of(name)))
    this.kinds = kinds.size
    this.itemFeatures = this.kindsOf.map((of, item) =>
      Int32Array.from([item, ...of.map((kind) => this.items.length + kind)])
    )
    for (const rating of ratings) this.queryOf(rating, true)
  }

  queryOf({ user, about, situation }: Rating, aware: boolean): Int32Array {
    return Int32Array.from([`user ${user}`, ...about, ...(aware ? situation : [])], (name) =>
      this.features.of(name)
    )
  }

  machine(
    learned: readonly Rating[],
    aware: boolean,
    { decay, epochs }: Machine,
    afterEpoch?: (machine: FactorizationMachine, epoch: number) => boolean
  ): FactorizationMachine {
    const machine = new FactorizationMachine(
      this.features.size,
      this.itemFeatures,
      { ...MACHINE, decay, epochs },
      SEED
    )
    const choices = learned
      .filter(({ rating }) => rating >= LIKED)
      .map((rating) => ({ query: this.queryOf(rating, aware), item: this.itemNumber.get(rating.item)! }))
    machine.fit(choices, SEED, afterEpoch && ((epoch) => afterEpoch(machine, epoch)))
    return machine
  }
}

interface Machine {
  decay: number
  epochs: number
}

interface Question {
  /** The first of its ratings. */
  rating: Rating
  liked: ReadonlySet<number>
  /** Items that are not ranked: rated in this very situation before. */
  before: ReadonlySet<number>
}

function questionsOf(numbered: Numbered, learned: readonly Rating[], asked: readonly Rating[]): Question[] {
  const seen = new Map<string, Set<number>>()
  for (const rating of learned) {
    const key = keyOf(rating)
    seen.set(key, (seen.get(key) ?? new Set()).add(numbered.itemNumber.get(rating.item)!))
  }
  const questions = new Map<string, Rating[]>()
  for (const rating of asked) questions.set(keyOf(rating), [...(questions.get(keyOf(rating)) ?? []), rating])
  return [...questions].flatMap(([key, ratings]) => {
    const before = seen.get(key) ?? new Set<number>()
    const liked = new Set(
      ratings.filter(({ rating }) => rating >= LIKED).map(({ item }) => numbered.itemNumber.get(item)!)
    )
    for (const item of before) liked.delete(item)
    return liked.size > 0 ? [{ rating: ratings[0], liked, before }] : []
  })
}

/** nDCG@K of one question; equal scores count against it. */
function ndcgOf({ liked, before }: Question, scores: Float64Array): number {
  const ranks = Array.from(liked, (own) => {
    let rank = 1
    for (let other = 0; other < scores.length; other++)
      if (other !== own && scores[other] >= scores[own] && !before.has(other)) rank++
    return rank
  }).sort((a, b) => a - b)
  return listMetrics(ranks, liked.size, K).ndcg
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Decay and epochs that do best on `held`. */
function chooseMachine(numbered: Numbered, learned: Rating[], held: Rating[], aware: boolean): Machine {
  const questions = questionsOf(numbered, learned, held)
  const scores = new Float64Array(numbered.items.length)
  let best = { decay: DECAYS[0], epochs: 1, ndcg: -1 }
  for (const decay of DECAYS) {
    let [own, at] = [-1, 0]
    numbered.machine(learned, aware, { decay, epochs: MACHINE.epochs }, (machine, epoch) => {
      const ndcg = mean(
        questions.map((question) => {
          machine.score(numbered.queryOf(question.rating, aware), scores)
          return ndcgOf(question, scores)
        })
      )
      if (ndcg > own) [own, at] = [ndcg, epoch]
      return epoch - at >= PATIENCE
    })
    if (own > best.ndcg) best = { decay, epochs: at, ndcg: own }
  }
  return best
}

/** All columns of all items for a question, out of what was learned. */
class Table {
  static readonly plainWidth = 1 + PLAIN.length
  static readonly awareWidth = 2 + PLAIN.length + AWARE.length
  private readonly statistics: Statistics
  private readonly scores: Float64Array

  constructor(
    private readonly numbered: Numbered,
    learned: readonly Rating[],
    private readonly machines: readonly FactorizationMachine[],
    private readonly aware: boolean
  ) {
    this.statistics = new Statistics(learned, numbered.itemNumber, numbered.kindsOf, numbered.kinds)
    this.scores = new Float64Array(numbered.items.length)
  }

  get width(): number {
    return this.aware ? Table.awareWidth : Table.plainWidth
  }

  of(question: Rating): Float32Array {
    const { scores, width, machines, numbered } = this
    const rows = new Float32Array(scores.length * width)
    machines.forEach((machine, column) => {
      machine.score(numbered.queryOf(question, column > 0), scores)
      softmax(scores)
      for (let item = 0; item < scores.length; item++)
        rows[item * width + column] = Math.log(scores[item] + 1e-12)
    })
    this.statistics.write(rows, width, machines.length, question, this.aware)
    return rows
  }
}

interface List {
  rows: Float32Array
  labels: number[]
}

/** What a ranker learns from: the liked items of each question and some others. */
function listsOf(table: Table, questions: readonly Question[], items: number, random: Random): List[] {
  const { width } = table
  return questions.map((question) => {
    const rows = table.of(question.rating)
    const others = Array.from({ length: items }, (_, item) => item).filter(
      (item) => !question.liked.has(item) && !question.before.has(item)
    )
    const kept = [...question.liked, ...random.shuffle(others).slice(0, DRAWN)]
    const own = new Float32Array(kept.length * width)
    kept.forEach((item, i) => own.set(rows.subarray(item * width, (item + 1) * width), i * width))
    return { rows: own, labels: kept.map((item) => (question.liked.has(item) ? 1 : 0)) }
  })
}

function boost(lists: readonly List[], width: number, options: Partial<BoostingOptions>): BoostedTrees {
  const order = new Random(SEED).shuffle([...lists])
  const start = new Int32Array(order.length + 1)
  order.forEach(({ labels }, i) => (start[i + 1] = start[i] + labels.length))
  const values = new Float32Array(start[order.length] * width)
  const labels = new Float32Array(start[order.length])
  order.forEach((list, i) => {
    values.set(list.rows, start[i] * width)
    labels.set(list.labels, start[i])
  })
  return BoostedTrees.fit(
    { width, values, start, labels },
    softmaxObjective,
    { ...BOOSTING_DEFAULTS, ...options },
    {
      seed: SEED,
    }
  )
}

function ask(trees: BoostedTrees, table: Table, questions: readonly Question[], items: number): number[] {
  const scores = new Float64Array(items)
  return questions.map((question) => {
    trees.predict({ width: table.width, values: table.of(question.rating) }, items, scores)
    return ndcgOf(question, scores)
  })
}

/** Learns from one part and answers the other; without `asked` only says what it would be chosen by. */
function answer(numbered: Numbered, learning: Rating[], asked: Rating[], seed: number, aware: boolean) {
  const items = numbered.items.length
  const parts = foldsOf(learning, seed)
  const kinds = aware ? [false, true] : [false]
  const chosen = kinds.map((knows) => chooseMachine(numbered, without(parts, 0), parts[0], knows))
  const tableOf = (learned: Rating[]) =>
    new Table(
      numbered,
      learned,
      kinds.map((knows, i) => numbered.machine(learned, knows, chosen[i])),
      aware
    )
  // A question's columns must not know its answers: each part is asked of what the others say.
  const random = new Random(seed)
  const inner = parts.map((part, i) => {
    const learned = without(parts, i)
    const table = tableOf(learned)
    const questions = questionsOf(numbered, learned, part)
    return { table, questions, lists: listsOf(table, questions, items, random) }
  })
  const [{ table, questions }, ...others] = inner
  const learned = others.flatMap(({ lists }) => lists)
  const tried = TREES.map((options) => ({
    options,
    ndcg: mean(ask(boost(learned, table.width, options), table, questions, items)),
  }))
  const best = tried.reduce((a, b) => (b.ndcg > a.ndcg ? b : a))
  console.log(
    `  ${aware ? "with" : "without"}: ${JSON.stringify(chosen)} ${JSON.stringify(best.options)}: ` +
      `nDCG@${K} ${best.ndcg.toFixed(4)} on the part held out of learning`
  )
  const trees = boost(
    inner.flatMap(({ lists }) => lists),
    table.width,
    best.options
  )
  const final = tableOf(learning)
  return ask(trees, final, questionsOf(numbered, learning, asked), items)
}

const shown = ({ mean, low, high }: Interval) => `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`

function report(
  asked: readonly Rating[],
  plain: readonly number[],
  aware: readonly number[],
  of: string
): void {
  const users = new Numbers()
  const units = asked.map(({ user }) => users.of(user))
  const told = { seed: SEED, rounds: 2_000 }
  console.log(
    `  ${of}: ${plain.length} questions of ${users.size} users; nDCG@${K} without ${shown(bootstrapMean(plain, units, told))}, ` +
      `with ${shown(bootstrapMean(aware, units, told))}, difference ${shown(pairedBootstrap(aware, plain, units, told))}`
  )
}

function measure(set: RatingSet, tune: boolean, limit: number): void {
  console.log(set.name)
  const numbered = new Numbered(set)
  const folds = foldsOf(set.ratings, SEED)
  const asked: Rating[] = []
  const found: number[][] = [[], []]
  folds.slice(0, limit).forEach((part, fold) => {
    const learning = without(folds, fold)
    const questions = tune ? [] : part
    ;[false, true].forEach((aware, i) =>
      found[i].push(...answer(numbered, learning, questions, SEED + 1 + fold, aware))
    )
    asked.push(...questionsOf(numbered, learning, questions).map(({ rating }) => rating))
  })
  if (tune) return
  report(asked, found[0], found[1], "all")
  const known = asked.flatMap(({ situation }, i) => (situation.length > 0 ? [i] : []))
  if (known.length === asked.length) return
  const pick = <T>(all: readonly T[]) => known.map((i) => all[i])
  report(pick(asked), pick(found[0]), pick(found[1]), "those that know something of the situation")
}

const [folder, ...rest] = process.argv.slice(2)
if (!folder) throw new Error("name the folder that holds the three rating sets")
/** Folds that are asked; fewer where time is short. */
const limit = Number(rest.find((arg) => arg.startsWith("--folds="))?.slice(8) ?? FOLDS)
const wanted = rest.find((arg) => !arg.startsWith("--"))
for (const set of readRatingSets(folder))
  if (!wanted || set.name === wanted) measure(set, rest.includes("--tune"), limit)
