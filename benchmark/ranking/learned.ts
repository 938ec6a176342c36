/**
 * Whether learning from shown lists makes better lists, where the truth is known: shoppers of the simulator with planted
 * effects of situation and novelty and a planted bias of position; the real engine in memory. Whether the bias stays out
 * of the learned order is measured in position.ts.
 *
 *     npx tsx benchmark/ranking/learned.ts [seeds=20] [lists=4000] [first=1] [turned=1]
 *
 * `first` is the first of the seeds: what a run has told of each seed need not be found out again. `turned` 0: without what
 * happens after tastes have turned round.
 */
import { examination, type ChoiceEffects } from "../../packages/simulator/src"
import { Random } from "../../src/services/lib"
import {
  BlendRanker,
  fitWeights,
  LearnedRanker,
  Learner,
  Weights,
  type RankExample,
} from "../../src/services/ranking"
import { World } from "./world"

const [seeds = 20, lists = 4_000, first = 1, turned = 1] = process.argv.slice(2, 6).map(Number)
const ASKED = 300
/** Events after the switch. */
const EVENTS = 5_000

const BEFORE: ChoiceEffects = { context: 1.2, novelty: 2, crowd: 0, examination }
/** The same shop after tastes have turned round: what all bought is bought by nobody now. */
const AFTER: ChoiceEffects = { context: -1.2, novelty: 2, crowd: -3, examination }

const scorer = (weights: Weights | undefined) => weights && { weights }

async function learnOnline(
  world: World,
  learner: Learner,
  count: number,
  effects: ChoiceEffects,
  events = Infinity
): Promise<RankExample[]> {
  const recommender = world.recommender(new LearnedRanker(() => scorer(learner.best)))
  const examples: RankExample[] = []
  let told = 0
  for (let i = 0; i < count && told < events; i++) {
    const step = await world.step(recommender, effects)
    learner.learn(step.example)
    examples.push(step.example)
    told += step.events
  }
  return examples
}

async function one(seed: number): Promise<Record<string, number>> {
  const world = await World.open(seed)
  try {
    const found: Record<string, number> = {}
    const learner = new Learner()
    const examples = await learnOnline(world, learner, lists, BEFORE)
    const trained = fitWeights(examples, { seed })
    const visits = world.some(ASKED, seed + 1)
    const fixed = world.recommender(new BlendRanker())
    const learned = world.recommender(new LearnedRanker(() => scorer(learner.best)))
    found.fixed = await world.truth(fixed, visits, BEFORE)
    found.learned = await world.truth(learned, visits, BEFORE)
    found["learned at a training"] = await world.truth(
      world.recommender(new LearnedRanker(() => scorer(trained))),
      visits,
      BEFORE
    )
    for (const source of world.sources)
      found[`source ${source}`] = await world.truth(fixed, visits, BEFORE, source)
    if (!turned) return found

    const stale = Weights.load(JSON.parse(JSON.stringify(learner.best!.save())))
    await learnOnline(world, learner, Infinity, AFTER, EVENTS)
    const fresh = new Learner()
    await learnOnline(world, fresh, 2 * lists, AFTER)
    const later = world.some(ASKED, seed + 2)
    const at = (weights: () => Weights | undefined) =>
      world.truth(world.recommender(new LearnedRanker(() => scorer(weights()))), later, AFTER)
    found["after the switch: stale"] = await at(() => stale)
    found["after the switch: online"] = await at(() => learner.best)
    found["after the switch: learned anew"] = await at(() => fresh.best)
    found["after the switch: fixed"] = await world.truth(fixed, later, AFTER)
    return found
  } finally {
    await world.close()
  }
}

/** Mean with the interval that holds 95 % of 2,000 draws of the seeds. */
function told(values: readonly number[]): string {
  const random = new Random(1)
  const mean = (some: readonly number[]) => some.reduce((sum, value) => sum + value, 0) / some.length
  const draws = Array.from({ length: 2_000 }, () => mean(values.map(() => random.pick(values)))).sort(
    (a, b) => a - b
  )
  return `${mean(values).toFixed(4)} [${draws[50].toFixed(4)}, ${draws[1_949].toFixed(4)}]`
}

async function main(): Promise<void> {
  const all: Record<string, number>[] = []
  for (let seed = first; seed < first + seeds; seed++) {
    all.push(await one(seed))
    console.error(
      `seed ${seed}: ${JSON.stringify(all[all.length - 1], (_, v) => (typeof v === "number" ? +v.toFixed(4) : v))}`
    )
  }
  const column = (name: string) => all.map((row) => row[name])
  for (const name of Object.keys(all[0])) console.log(`${name.padEnd(40)} ${told(column(name))}`)
  const less = (a: string, b: string) => told(all.map((row) => row[a] - row[b]))
  const best = Object.keys(all[0])
    .filter((name) => name.startsWith("source "))
    .sort((a, b) => column(b).reduce((s, v) => s + v, 0) - column(a).reduce((s, v) => s + v, 0))[0]
  for (const name of ["learned", "learned at a training"])
    for (const other of ["fixed", best]) console.log(`${name} over ${other}`.padEnd(41) + less(name, other))
  if (!turned) return
  const [stale, online, anew] = ["stale", "online", "learned anew"].map((name) => `after the switch: ${name}`)
  const loss = column(anew).map((value, i) => value - all[i][stale])
  const back = column(online).map((value, i) => value - all[i][stale])
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  console.log(`share of the loss recovered after ${EVENTS} events: ${(sum(back) / sum(loss)).toFixed(3)}`)
}

void main()
