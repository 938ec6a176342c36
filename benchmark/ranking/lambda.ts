/**
 * What λ costs and gives on the demo's shop and shoppers, whose tastes are known: nDCG of the home page's list by the
 * odds that the shopper chooses a product, against the mean unlikeness of the list's products. In the order of the fixed
 * blend, and of weights learned from `lists` lists of the shop. Writes the plot into docs/images/diversity-demo.svg.
 *
 *     npx tsx benchmark/ranking/lambda.ts [visits=400] [lists=4000]
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { NO_EFFECTS } from "../../packages/simulator/src"
import {
  BlendRanker,
  fitWeights,
  LearnedRanker,
  type RankExample,
  type Ranker,
} from "../../src/services/ranking"
import { tradeOffPlot, type Point } from "../serving/trade-off-plot"
import { World } from "./world"

const [visits = 400, lists = 4_000] = process.argv.slice(2).map(Number)
const PLOT = join(__dirname, "../../docs/images/diversity-demo.svg")
const LAMBDAS = [1, 0.95, 0.9, 0.8, 0.65, 0.5, 0.3, 0]

const SLOTS = 12

async function main(): Promise<void> {
  const world = await World.open(1)
  const fixed = new BlendRanker()
  const examples: RankExample[] = []
  const recommender = world.recommender(fixed)
  for (let i = 0; i < lists; i++) examples.push((await world.step(recommender, NO_EFFECTS)).example)
  const weights = fitWeights(examples, { seed: 1 })
  const learned = new LearnedRanker(() => weights && { weights })
  const curves: Record<string, Point[]> = {}
  for (const [order, ranker] of Object.entries({ fixed, learned }))
    for (const reranker of ["mmr", "dpp"])
      curves[`${reranker.toUpperCase()}, ${order}`] = await curveOf(world, ranker, reranker)
  await world.close()
  const names = Object.keys(curves)
  console.log(`| λ | ${names.map((name) => `${name}: nDCG@${SLOTS} | diversity`).join(" | ")} |`)
  console.log(`| - ${"| - | - ".repeat(names.length)}|`)
  LAMBDAS.forEach((lambda, i) => {
    const cells = names.map(
      (name) => `${curves[name][i].ndcg.toFixed(4)} | ${curves[name][i].diversity.toFixed(3)}`
    )
    console.log(`| ${lambda} | ${cells.join(" | ")} |`)
  })
  writeFileSync(PLOT, tradeOffPlot(curves, SLOTS))
}

async function curveOf(world: World, ranker: Ranker, reranker: string): Promise<Point[]> {
  const asked = world.some(visits, 5)
  const recommender = world.recommender(ranker)
  const points: Point[] = []
  for (const lambda of LAMBDAS) {
    const placement = world.place({ [reranker]: lambda })
    let [ndcg, diversity] = [0, 0]
    for (const visit of asked) {
      const ids = await world.list(recommender, visit, placement)
      ndcg += world.ndcg(ids, visit, NO_EFFECTS) / visits
      diversity += world.unlikeness(ids) / visits
    }
    points.push({ lambda, ndcg, diversity })
  }
  return points
}

void main()
