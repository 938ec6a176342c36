import { expectDifferences, randomFeeds, trainerContract } from "../../testing/trainer.contract"
import { portableTrainer } from "./portable-trainer"
import { gru4recNetwork } from "./gru4rec-network"
import { sasrecNetwork } from "./sasrec-network"
import { trainingGraph } from "./training-graph"

trainerContract("built in", async () => portableTrainer)

it.each([
  ["sasrec", sasrecNetwork({ dimensions: 8, blocks: 1, heads: 2, maxLength: 5 })],
  ["gru4rec", gru4recNetwork({ dimensions: 8 })],
])("differentiates every weight of %s", async (_, network) => {
  const shape = { batch: 3, length: 4, candidates: 13, dimensions: 8 }
  const { graph } = trainingGraph(network, shape, 4)
  const weights = Object.keys(network.weights).map((name) => `weight:${name}`)
  await expectDifferences(await portableTrainer.compile(graph), randomFeeds(graph), ["items", ...weights])
})
