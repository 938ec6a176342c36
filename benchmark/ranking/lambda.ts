/**
 * What λ costs and gives on the demo's shop and shoppers, whose tastes are known: nDCG of the home page's list by the
 * odds that the shopper chooses a product, against the mean unlikeness of the list's products.
 *
 *     npx tsx benchmark/ranking/lambda.ts [visits=400]
 */
import { NO_EFFECTS } from "../../packages/simulator/src"
import { World } from "./world"

const [visits = 400] = process.argv.slice(2).map(Number)
const LAMBDAS = [1, 0.95, 0.9, 0.8, 0.65, 0.5, 0.3, 0]

async function main(): Promise<void> {
  const world = await World.open(1)
  const asked = world.some(visits, 5)
  const recommender = world.recommender()
  for (const name of ["mmr", "dpp"]) {
    for (const lambda of LAMBDAS) {
      const placement = world.place({ [name]: lambda })
      let ndcg = 0
      let unlike = 0
      for (const visit of asked) {
        const ids = await world.list(recommender, visit, placement)
        ndcg += world.ndcg(ids, visit, NO_EFFECTS)
        unlike += world.unlikeness(ids)
      }
      console.log(
        `${name} λ ${lambda}: nDCG@12 ${(ndcg / visits).toFixed(4)}, diversity ${(unlike / visits).toFixed(4)}`
      )
    }
  }
  await world.close()
}

void main()
