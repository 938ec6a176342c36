/**
 * Measures option sets of one model on a validation part of the training data; what `evaluate` tests on is cut off first.
 * npx tsx benchmark/models/tune.ts <folder> <protocol> <model> <examples> <k> '<json options>' …
 */
import { availableParallelism } from "node:os"
import { detectDataset } from "../../src/adapters/datasets"
import { nodeParallel } from "../../src/adapters/node"
import {
  bootstrapMean,
  listMetrics,
  pessimisticRanks,
  silentLogger,
  type Scored,
} from "../../src/services/lib"
import { split, toTrainingData, type Example, type Protocol } from "../../src/services/measurement"
import { MODELS, type Model } from "../../src/services/models"

async function main([folder, protocolName, name, limit, length, ...sets]: string[]) {
  const protocol = protocolName as Protocol
  const k = Number(length)
  const { reader, files } = await detectDataset(folder)
  const { sessions, ...data } = await reader.read(folder, files)
  const raw = { name: data.name, sessions, products: data.products, notes: [] }
  const outer =
    data.testExamples || data.testSessions
      ? sessions
      : split(raw, protocol, { testShare: 0.1, seed: 1 }).train
  // The sequences of leave-one-out lose the item that is tested on, the one before it becomes the target.
  const seen =
    protocol === "leave-one-out"
      ? sessions.map((one) => ({ ...one, items: one.items.slice(0, -1), times: one.times.slice(0, -1) }))
      : outer
  const { train, examples } = split({ ...raw, sessions: seen }, protocol, { testShare: 0.1, seed: 1 })
  const columns = toTrainingData(train, data.products)
  const asked = examples.slice(-Number(limit))
  process.stdout.write(
    `${columns.interactions.item.length} interactions, ${asked.length} of ${examples.length} examples\n`
  )
  const definition = MODELS.find((model) => model.name === name)!
  for (const set of sets) {
    const model = definition.create(JSON.parse(set))
    const begun = performance.now()
    await model.fit(columns, {
      seed: 1,
      logger: silentLogger,
      progress() {},
      checkCancelled() {},
      parallel: nodeParallel(availableParallelism()),
    })
    const fitted = performance.now()
    const metrics = asked.map((example) =>
      listMetrics(
        pessimisticRanks(ask(model, example, k + 1), new Set(example.targets)),
        example.targets.length,
        k
      )
    )
    const each = (performance.now() - fitted) / asked.length
    const units = Int32Array.from(asked, ({ unit }) => unit)
    const mean = (value: (m: (typeof metrics)[number]) => number) =>
      bootstrapMean(Float64Array.from(metrics, value), units, { seed: 1, rounds: 200 })
    const hr = mean((m) => m.hr)
    const figures = [hr.mean, mean((m) => m.mrr).mean, mean((m) => m.ndcg).mean, mean((m) => m.recall).mean]
    process.stdout.write(
      `${figures.map((value) => (100 * value).toFixed(2)).join(" ")}  ±${(50 * (hr.high - hr.low)).toFixed(2)}  ` +
        `${((fitted - begun) / 1000).toFixed(1)} s  ${each.toFixed(2)} ms  ${set}\n`
    )
  }
}

function ask(model: Model, { query, exclude }: Example, k: number): Scored[] {
  const out = new Set(exclude)
  return model
    .recommend(query, k + out.size)
    .filter(({ id }) => !out.has(id))
    .slice(0, k)
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String((error as Error).stack)}\n`)
  process.exitCode = 1
})
