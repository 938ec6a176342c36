/**
 * How often the intervals of the what-if's off-policy estimate hold the truth, on lists that ε-greedy shows and that are
 * clicked at rates which are known here: npx tsx benchmark/serving/off-policy.ts [seeds, default 300]
 */
import { Random } from "../../src/services/lib"
import { RERANKERS, type Ranked } from "../../src/services/ranking"
import { offPolicy, type LoggedList } from "../../src/services/serving/off-policy"
import { rerankInput } from "../../src/services/testing/planted-shop"

type Rate = (id: string, slot: number) => number
type Side = "now" | "draft" | "change"

const SEEDS = Number(process.argv[2] ?? 300)
const EPSILON = 0.5
const NOW = ["p0", "p1", "p2", "p3", "p4"]
/** Two products of the four that are drawn from stand in the place of two others. */
const DRAFT = ["p0", "p6", "p2", "p8", "p4"]

const epsilonGreedy = RERANKERS.find(({ name }) => name === "epsilon-greedy")!
const ranked = Array.from({ length: 9 }, (_, i): Ranked => ({
  id: `p${i}`,
  score: 1 - i / 9,
  source: "x",
  features: [],
}))

/** What is far down the ranker's order is liked most. */
const rateOf =
  (scale: number): Rate =>
  (id, slot) =>
    (scale * (0.04 + Number(id.slice(1)) / 20)) / (1 + slot)
const upsideDown =
  (scale: number): Rate =>
  (id, slot) =>
    (scale * (0.5 - Number(id.slice(1)) / 20)) / (1 + slot)

const clicksOf = (ids: readonly string[], rate: Rate) =>
  ids.reduce((sum, id, slot) => sum + rate(id, slot), 0)

function logged(lists: number, seed: number, rate: Rate, model: Rate): LoggedList[] {
  const random = new Random(seed)
  const input = { ...rerankInput(ranked), limit: NOW.length, setting: EPSILON, random }
  const planned = (ids: readonly string[]) => ids.map((id, slot) => ({ id, expected: model(id, slot) }))
  return Array.from({ length: lists }, (_, shopper) => ({
    shopper,
    shown: epsilonGreedy.rerank(input).map(({ id, propensity = 1 }, slot) => ({
      id,
      propensity,
      clicked: random.next() < rate(id, slot),
      expected: model(id, slot),
    })),
    now: planned(NOW),
    draft: planned(DRAFT),
  }))
}

async function main(): Promise<void> {
  console.log(
    "| clicks per list, truth | lists | model | model alone | off-policy, mean | says | now | draft | change |"
  )
  console.log("|---|---|---|---|---|---|---|---|---|")
  for (const [scale, lists] of [
    [1, 1_500],
    [0.2, 1_000],
  ]) {
    const rate = rateOf(scale)
    const [now, draft] = [clicksOf(NOW, rate), clicksOf(DRAFT, rate)]
    const truth: Record<Side, number> = { now, draft, change: draft - now }
    const models = { right: rate, "upside down": upsideDown(scale), "no opinion": () => 0.3 * scale }
    for (const [name, model] of Object.entries<Rate>(models)) {
      const held: Record<Side, number> = { now: 0, draft: 0, change: 0 }
      let [estimates, mean] = [0, 0]
      for (let seed = 1; seed <= SEEDS; seed++) {
        const { clicks } = await offPolicy(logged(lists, 7_919 * seed, rate, model), async () => undefined)
        if (!clicks) continue
        estimates++
        mean += clicks.change.mean
        for (const side of ["now", "draft", "change"] as const)
          if (clicks[side].low <= truth[side] && truth[side] <= clicks[side].high) held[side]++
      }
      const share = (count: number) => `${((100 * count) / estimates).toFixed(1)} %`
      const alone = clicksOf(DRAFT, model) - clicksOf(NOW, model)
      console.log(
        `| ${now.toFixed(3)} → ${draft.toFixed(3)} | ${lists} | ${name} | ${alone.toFixed(3)} | ${(mean / estimates).toFixed(3)} | ` +
          `${estimates} of ${SEEDS} | ${share(held.now)} | ${share(held.draft)} | ${share(held.change)} |`
      )
    }
  }
}

void main()
