/**
 * Tries option sets of one model on the newest training sessions of a data set; the test set is never read.
 * npx tsx benchmark/quality/tune.ts <folder> <model> <share> <limit> '<json options>' …
 */
import { detectDataset } from "../../src/adapters/datasets"
import { evaluate, split, toTrainingData } from "../../src/services/measurement"
import { MODELS } from "../../src/services/models"

async function main([folder, name, share, limit, ...sets]: string[]) {
  const { reader, files } = await detectDataset(folder)
  const { sessions, ...data } = await reader.read(folder, files)
  const seen = { name: data.name, sessions, products: data.products, notes: [] }
  const { train, examples } = split(seen, "next-item", { testShare: Number(share), seed: 1 })
  const columns = toTrainingData(train, data.products)
  const asked = examples.slice(-Number(limit))
  process.stdout.write(`${train.length} sessions, ${asked.length} of ${examples.length} validation steps\n`)
  const definition = MODELS.find((model) => model.name === name)!
  for (const set of sets) {
    const options = { k: 20, seed: 1, baseline: "", now: () => performance.now() / 1000 }
    const [result] = await evaluate([definition.create(JSON.parse(set))], columns, asked, options)
    const { hr, mrr } = result.metrics
    process.stdout.write(
      `${(100 * hr.mean).toFixed(2)} / ${(100 * mrr.mean).toFixed(2)}  ${result.milliseconds.mean.toFixed(3)} ms  ${set}\n`
    )
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String((error as Error).stack)}\n`)
  process.exitCode = 1
})
