/**
 * What the situation is worth: `tsx benchmark/quality/context.ts <folder of the three rating sets> [name of a set] [--repeats=5] [--plugin]`.
 *
 * The same chooser (a conditional logit with boosted trees on top) orders all items with and without the columns of the
 * situation. Ratings are split within each user into five folds by seed; each is asked once, of what was learned from the
 * other four; and so again with other seeds. A question is a user in a situation; it is answered well by what that user
 * rated 4 or 5 in that situation. Left out of the ranking is what the user has rated in this very situation before.
 * When trees are enough, or whether any help, is seen on a tenth of the lists that are learned from. Users are what the
 * paired bootstrap draws. Beside it: ratings foretold by biases with and without those of the situation.
 *
 * `--plugin` compares with the one column that the plugin's rank feature `context` makes of the situation.
 * A repetition takes half a minute of a core, that of TripAdvisor v2 ten.
 */
import { listMetrics, pairedBootstrap, Random, type Interval } from "../../src/services/lib"
import { Biases } from "./context/biases"
import { choiceLists, Chooser } from "./context/chooser"
import { Columns, type Sight } from "./context/columns"
import {
  foldsOf,
  numbered,
  questionsOf,
  without,
  type Numbered,
  type Question,
  type Rated,
} from "./context/rated"
import { readRatingSets } from "./context/sets"

const K = 10
const FOLDS = 5

/** One value of each of the two, and whose it is. */
class Compared {
  readonly plain: number[] = []
  readonly aware: number[] = []
  readonly users: number[] = []
  /** Whether something of the situation is known. */
  readonly known: boolean[] = []

  add(user: number, known: boolean, [plain, aware]: readonly number[]): void {
    this.plain.push(plain)
    this.aware.push(aware)
    this.users.push(user)
    this.known.push(known)
  }

  told(format: (value: number) => number = (value) => value): string {
    const options = { rounds: 2_000 }
    const [plain, aware] = [this.plain, this.aware].map((of) => format(meanOf(of)).toFixed(4))
    return `without ${plain}, with ${aware}, difference ${shown(pairedBootstrap(this.aware, this.plain, this.users, options))}`
  }

  ofKnown(): Compared {
    const some = new Compared()
    this.known.forEach((known, i) => {
      if (known) some.add(this.users[i], known, [this.plain[i], this.aware[i]])
    })
    return some
  }
}

const meanOf = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length
const shown = ({ mean, low, high }: Interval) => `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`

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

function ask(
  chooser: Chooser,
  columns: Columns,
  questions: readonly Question[],
  set: Numbered,
  sight: Sight
): number[] {
  const scores = new Float64Array(set.items)
  return questions.map((question) => {
    chooser.score(columns.of(question.user, question.situation, sight), scores)
    return ndcgOf(question, scores)
  })
}

/** Learns from one part and answers the other's questions, without and with the situation. */
function answers(set: Numbered, learning: Rated[], questions: readonly Question[], seed: number) {
  // A question's columns must not know its answers: each part is asked of what the others say.
  const parts = foldsOf(learning, FOLDS, seed)
  const inner = parts.map((part, i) => {
    const learned = without(parts, i)
    return { columns: new Columns(learned, set), questions: questionsOf(learned, part) }
  })
  const columns = new Columns(learning, set)
  return SIGHTS.map((sight) => {
    const random = new Random(seed)
    const lists = inner.flatMap((part) => choiceLists(part.columns, part.questions, set, sight, random))
    return ask(Chooser.fit(lists, sight, seed), columns, questions, set, sight)
  })
}

/** Foretells the ratings of `asked`; what of two ratings of one user is the higher one counts half where it is not told. */
function foretell(
  set: Numbered,
  learning: Rated[],
  asked: readonly Rated[],
  errors: Compared,
  pairs: Compared
) {
  const models = [false, true].map((aware) => new Biases(learning, set, aware))
  const ratings = new Float64Array(set.items)
  const foretold = asked.map(({ user, item, situation }) =>
    models.map((model) => {
      model.expect(user, situation, ratings)
      return ratings[item]
    })
  )
  asked.forEach(({ user, rating, situation }, i) => {
    errors.add(
      user,
      situation.length > 0,
      foretold[i].map((value) => (value - rating) ** 2)
    )
    asked.forEach((other, j) => {
      if (other.user !== user || other.rating >= rating) return
      const right = models.map((_, kind) => (1 + Math.sign(foretold[i][kind] - foretold[j][kind])) / 2)
      pairs.add(user, situation.length + other.situation.length > 0, right)
    })
  })
}

const [folder, ...rest] = process.argv.slice(2)
if (!folder) throw new Error("name the folder that holds the three rating sets")
const repeats = Number(rest.find((arg) => arg.startsWith("--repeats="))?.slice(10) ?? 5)
const SIGHTS: readonly Sight[] = ["nothing", rest.includes("--plugin") ? "plugin" : "all"]
const wanted = rest.find((arg) => !arg.startsWith("--"))
for (const raw of readRatingSets(folder)) {
  if (wanted && raw.name !== wanted) continue
  const set = numbered(raw)
  const [lists, errors, pairs] = Array.from({ length: 3 }, () => new Compared())
  for (let repeat = 1; repeat <= repeats; repeat++) {
    const folds = foldsOf(set.ratings, FOLDS, repeat)
    folds.forEach((part, fold) => {
      const learning = without(folds, fold)
      const questions = questionsOf(learning, part)
      const [plain, aware] = answers(set, learning, questions, 100 * repeat + fold)
      questions.forEach(({ user, situation }, i) =>
        lists.add(user, situation.length > 0, [plain[i], aware[i]])
      )
      foretell(set, learning, part, errors, pairs)
    })
    const asked = `${lists.users.length / repeat} questions of ${new Set(lists.users).size} users`
    console.log(`${raw.name}, ${asked}, ${repeat} times`)
    console.log(`  nDCG@${K}: ${lists.told()}`)
    console.log(`  nDCG@${K} of those that know something of the situation: ${lists.ofKnown().told()}`)
    console.log(`  RMSE (difference: of the squares): ${errors.told(Math.sqrt)}`)
    console.log(`  pairs of a user's ratings in order: ${pairs.told()}`)
  }
}
