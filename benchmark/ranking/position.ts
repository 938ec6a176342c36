/**
 * Whether a planted bias of position stays out of the learned order. Lists are made of the real engine's candidates in the
 * fixed blend's order, by an explorer of the product or without one. Simulated shoppers choose from each list twice, with
 * slots looked at by 1 / rank and with all slots looked at alike. What is learned from the first, with the slots' weights
 * and without, is held against what is learned from the second, and against how the shoppers like the products in truth.
 *
 *     npx tsx benchmark/ranking/position.ts [seeds=20] [lists=4000] [first seed=1]
 */
import { choiceProbabilities, NO_EFFECTS, type ChoiceEffects } from "../../packages/simulator/src"
import { NOBODY } from "../../src/services/features"
import { bootstrapMean, Random } from "../../src/services/lib"
import {
  exampleOf,
  fitWeights,
  Learner,
  LEARN_DEFAULTS,
  scoresOf,
  situationOfExample,
  Stack,
  Weights,
  type RankExample,
  type Ranked,
  type Scorer,
} from "../../src/services/ranking"
import { epsilonGreedy } from "../../src/services/ranking/rerankers/epsilon-greedy"
import { World } from "./world"

const [seeds = 20, lists = 4_000, first = 1] = process.argv.slice(2).map(Number)

/** Candidates of a list, and how many of them it shows. */
const [CANDIDATES, SHOWN] = [40, 12]
/** Sets of candidates that lists are made of, and others that orders are compared on. */
const [LEARNED, ASKED] = [600, 100]
/** Shares of the slots that are given to chance. */
const EPSILONS = [0, 0.1]

const ALIKE: ChoiceEffects = { ...NO_EFFECTS, context: 1.2, novelty: 2, examination: () => 1 }
const BY_RANK: ChoiceEffects = { ...ALIKE, examination: (slot) => 1 / (1 + slot) }

interface Pool {
  /** In the fixed blend's order, all of them. */
  example: RankExample
  likings: readonly number[]
  ranked: readonly Ranked[]
  likingOf: ReadonlyMap<string, number>
  /** The list of what stands in the slots, of which one was chosen or none. */
  exampleOf(shown: readonly Ranked[], chosen: number): RankExample
}

async function poolsOf(world: World, count: number, seed: number): Promise<Pool[]> {
  const pools: Pool[] = []
  for (const visit of world.some(count, seed)) {
    const { exposure, likings } = await world.candidates(visit, CANDIDATES, ALIKE)
    const ranked = exposure.slots.map(({ productId: id, ...slot }) => ({
      ...slot,
      id,
      propensity: undefined,
    }))
    const of = (shown: readonly Ranked[], chosen: number) =>
      exampleOf(
        { ...exposure, slots: shown.map(({ id, features }) => ({ productId: id, features })) },
        { seen: new Set(), gains: new Map(chosen < 0 ? [] : [[shown[chosen].id, 1]]) }
      )!
    const example = of(ranked, -1)
    const likingOf = new Map(ranked.map(({ id }, i) => [id, likings[i]]))
    if (example.position.length === CANDIDATES)
      pools.push({ example, likings, ranked, likingOf, exampleOf: of })
  }
  return pools
}

/** The same lists with what was chosen from them, with a bias of position and without. */
function chosenFrom(world: World, pools: readonly Pool[], epsilon: number, seed: number) {
  const random = new Random(seed)
  const shownTimes = new Map<string, number>()
  const biased: RankExample[] = []
  const free: RankExample[] = []
  for (let i = 0; i < lists; i++) {
    const pool = random.pick(pools)
    const shown = epsilonGreedy.rerank({
      ...{ items: pool.ranked.slice(0, SHOWN), ranked: pool.ranked, limit: SHOWN, setting: epsilon },
      ...{ catalog: world.catalog, shopper: NOBODY, seeds: [], vectorOf: () => undefined, random },
      tallyOf: (id) => ({ shown: shownTimes.get(id) ?? 0, clicked: 0 }),
    })
    for (const { id } of shown) shownTimes.set(id, (shownTimes.get(id) ?? 0) + 1)
    const likings = shown.map(({ id }) => pool.likingOf.get(id)!)
    // One draw for both, so that they differ by the bias and not by chance.
    const draw = random.next()
    const chosen = (effects: ChoiceEffects) => {
      let rest = draw
      return choiceProbabilities(likings, effects).findIndex((chance) => (rest -= chance) < 0)
    }
    biased.push(pool.exampleOf(shown, chosen(BY_RANK)))
    free.push(pool.exampleOf(shown, chosen(ALIKE)))
  }
  return { biased, free }
}

function online(examples: readonly RankExample[], debias: boolean): Scorer {
  const learner = new Learner(undefined, { ...LEARN_DEFAULTS, debias })
  for (const example of examples) learner.learn(example)
  return { weights: learner.best ?? new Weights() }
}

function trained(examples: readonly RankExample[], debias: boolean): Scorer {
  const weights = fitWeights(examples, { seed: 1 }, debias)
  // What does not know of slots takes all to be looked at alike: nor do its trees weigh clicks by their slot.
  if (!debias)
    for (const at of weights.of(examples[0].placement, examples[0].inputs).position) weights.values[at] = 0
  return { weights }
}

function stacked({ weights }: Scorer, examples: readonly RankExample[], votes: ReadonlySet<string>): Scorer {
  const taken = examples.filter(({ gain }) => gain.some((one) => one > 0))
  return { weights, stack: Stack.fit(taken, weights, votes, { seed: 1 }) }
}

function orderOf({ weights, stack }: Scorer, pools: readonly Pool[]): Float64Array[] {
  return pools.map(({ example }) => {
    const scores = scoresOf(weights, example)
    const added = stack?.add(example.inputs, example.rows, situationOfExample(example), scores)
    return added ? scores.map((score, i) => score + added[i]) : scores
  })
}

/** Share of the pairs of candidates that stand the other way round. */
function turned(one: readonly ArrayLike<number>[], other: readonly ArrayLike<number>[]): number {
  let [pairs, turned] = [0, 0]
  one.forEach((a, pool) => {
    const b = other[pool]
    for (let i = 0; i < a.length; i++)
      for (let j = i + 1; j < a.length; j++) {
        pairs++
        if ((a[i] - a[j]) * (b[i] - b[j]) < 0) turned++
      }
  })
  return turned / pairs
}

async function one(seed: number): Promise<Record<string, number>> {
  const world = await World.open(seed)
  try {
    const [pools, asked] = [await poolsOf(world, LEARNED, seed), await poolsOf(world, ASKED, seed + 1)]
    const truth = asked.map(({ likings }) => likings)
    const votes = new Set(world.sources)
    const found: Record<string, number> = {}
    for (const epsilon of EPSILONS) {
      const { biased, free } = chosenFrom(world, pools, epsilon, seed)
      const put = (name: string, on: Scorer, off: Scorer, unbiased: Scorer) => {
        const [a, b, reference] = [on, off, unbiased].map((scorer) => orderOf(scorer, asked))
        const key = `ε ${epsilon}, ${name}, against`
        found[`${key} unbiased: debiased`] = turned(a, reference)
        found[`${key} unbiased: not`] = turned(b, reference)
        found[`${key} truth: debiased`] = turned(a, truth)
        found[`${key} truth: not`] = turned(b, truth)
        found[`${key} truth: unbiased`] = turned(reference, truth)
      }
      put("online", online(biased, true), online(biased, false), online(free, false))
      const [on, off, unbiased] = [trained(biased, true), trained(biased, false), trained(free, false)]
      put("trained", on, off, unbiased)
      put(
        "with trees",
        stacked(on, biased, votes),
        stacked(off, biased, votes),
        stacked(unbiased, free, votes)
      )
    }
    return found
  } finally {
    await world.close()
  }
}

async function main(): Promise<void> {
  const rows: Record<string, number>[] = []
  for (let seed = first; seed < first + seeds; seed++) {
    rows.push(await one(seed))
    console.error(`seed ${seed}: ${JSON.stringify(rows[rows.length - 1])}`)
  }
  const told = (values: readonly number[]) => {
    const { mean, low, high } = bootstrapMean(values)
    return `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`
  }
  for (const name of Object.keys(rows[0]))
    console.log(`${name.padEnd(50)} ${told(rows.map((row) => row[name]))}`)
  for (const name of Object.keys(rows[0]).filter((key) => key.endsWith(": debiased"))) {
    const other = name.replace(": debiased", ": not")
    console.log(`${name.replace(": debiased", ": less")} ${told(rows.map((row) => row[other] - row[name]))}`)
  }
}

void main()
