/**
 * Measures every trainer that is present on one batch of each network: processor time and wall time of a step, and the
 * largest difference of a gradient from the built-in trainer's, relative to its largest number.
 *
 *   npx tsx benchmark/models/trainers.ts
 */
import { loadOnnxNative, loadOnnxWasm } from "../../src/adapters/onnx"
import { loadTensorFlowNative, loadTensorFlowWasm } from "../../src/adapters/tensorflow"
import { Random } from "../../src/services/lib"
import { portableTrainer, type Graph, type Trainer } from "../../src/services/models"
import { sizeOf } from "../../src/services/models/sequence/graph"
import { gru4recNetwork } from "../../src/services/models/sequence/gru4rec-network"
import { sasrecNetwork } from "../../src/services/models/sequence/sasrec-network"
import { trainingGraph } from "../../src/services/models/sequence/training-graph"

const SHAPE = { batch: 100, length: 10, candidates: 4096, dimensions: 96 }
const STEPS = 8

function feedsFor({ nodes }: Graph): Record<string, Float32Array | Int32Array> {
  const random = new Random(1)
  const feeds: Record<string, Float32Array | Int32Array> = {}
  for (const { op, shape } of nodes) {
    if (op.kind !== "input") continue
    const length = sizeOf(shape)
    if (op.integer) feeds[op.name] = Int32Array.from({ length }, () => random.int(SHAPE.candidates))
    else if (op.name === "weight") feeds[op.name] = new Float32Array(length).fill(1 / length)
    else if (op.name.startsWith("dropout")) feeds[op.name] = new Float32Array(length).fill(1)
    else feeds[op.name] = Float32Array.from({ length }, () => 0.1 * random.normal())
  }
  return feeds
}

function difference(actual: Record<string, Float32Array>, expected: Record<string, Float32Array>): number {
  let worst = 0
  for (const [name, values] of Object.entries(expected)) {
    let [largest, apart] = [1e-9, 0]
    for (let i = 0; i < values.length; i++) {
      largest = Math.max(largest, Math.abs(values[i]))
      apart = Math.max(apart, Math.abs(values[i] - actual[name][i]))
    }
    worst = Math.max(worst, apart / largest)
  }
  return worst
}

async function main(): Promise<void> {
  const packages = [loadOnnxNative(), loadTensorFlowNative(), loadOnnxWasm(), await loadTensorFlowWasm()]
  const trainers: Trainer[] = [...packages.filter((trainer) => trainer !== undefined), portableTrainer]
  const { dimensions, length } = SHAPE
  const networks = {
    sasrec: sasrecNetwork({ dimensions, blocks: 2, heads: 2, maxLength: length }),
    gru4rec: gru4recNetwork({ dimensions }),
  }
  console.log("network  trainer                              processor ms  wall ms  difference")
  for (const [name, network] of Object.entries(networks)) {
    const { graph } = trainingGraph(network, SHAPE, 16)
    const feeds = feedsFor(graph)
    const expected = await (await portableTrainer.compile(graph)).run(feeds)
    for (const trainer of trainers) {
      const program = await trainer.compile(graph)
      const apart = difference(await program.run(feeds), expected)
      const [before, begun] = [process.cpuUsage(), performance.now()]
      for (let step = 0; step < STEPS; step++) await program.run(feeds)
      const wall = (performance.now() - begun) / STEPS
      const { user, system } = process.cpuUsage(before)
      const processor = (user + system) / 1000 / STEPS
      console.log(
        `${name.padEnd(8)} ${trainer.name.padEnd(36)} ${processor.toFixed(0).padStart(12)} ` +
          `${wall.toFixed(0).padStart(8)}  ${apart.toExponential(1)}`
      )
      program.close()
    }
  }
}

void main()
