/**
 * How long an iteration of iALS takes and how much of what the kernels can do that is:
 *
 *   npx tsx benchmark/models/ials.ts [--interactions 1000000] [--shoppers 100000] [--items 20000] [--factors 64]
 *     [--steps 3] [--iterations 5] [--threads <processors>]
 *
 * The interactions are drawn: shoppers evenly, items by Zipf's law. The ceiling is what the matrix multiplication
 * reaches on the same threads at the same time, before and after; operations are multiplications and additions.
 * Processor time, of all threads, is told beside wall time, for it is the same while other processes take the processors.
 */
import { availableParallelism, cpus, loadavg } from "node:os"
import { parseArgs } from "node:util"
import { nodeParallel } from "../../src/adapters/node"
import { KernelMemory, Random, silentLogger, SymmetricMatrix } from "../../src/services/lib"
import { InteractionColumns, type TrainingData } from "../../src/services/models"
import { Ials } from "../../src/services/models/ials"

const { values } = parseArgs({
  options: {
    interactions: { type: "string", default: "1000000" },
    shoppers: { type: "string", default: "100000" },
    items: { type: "string", default: "20000" },
    factors: { type: "string", default: "64" },
    steps: { type: "string", default: "3" },
    iterations: { type: "string", default: "5" },
    threads: { type: "string", default: String(availableParallelism()) },
  },
})
const [interactions, shoppers, items] = [values.interactions, values.shoppers, values.items].map(Number)
const [factors, steps, iterations] = [values.factors, values.steps, values.iterations].map(Number)
const parallel = nodeParallel(Number(values.threads))

function draw(): TrainingData {
  const random = new Random(1)
  const columns = new InteractionColumns()
  for (let row = 0; row < interactions; row++) {
    const user = random.int(shoppers)
    // The inverse of the distribution function of a density that falls as 1/rank.
    const item = Math.min(items - 1, Math.floor(items ** random.next()) - 1)
    columns.push({ item, user, session: user, ts: row, kind: 0 })
  }
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)
  return {
    interactions: columns.build(names("p", items), names("u", shoppers)),
    baskets: { start: new Int32Array(1), item: new Int32Array(0), ts: new Float64Array(0) },
    products: [],
    asOf: 0,
  }
}

/** Operations a second of inverting a matrix of 3,072 rows, which is nearly all matrix multiplication. */
async function ceiling(): Promise<{ wall: number; processor: number }> {
  const size = 3072
  const memory = new KernelMemory()
  const matrix = new SymmetricMatrix(memory, size)
  for (let i = 0; i < size; i++) matrix.add(i, i, 1)
  const crew = await memory.crew(parallel, Infinity)
  const worked = processorSeconds()
  const begun = performance.now()
  await matrix.invert(crew, () => {})
  const seconds = (performance.now() - begun) / 1000
  const processor = processorSeconds() - worked
  crew.close()
  return { wall: size ** 3 / seconds, processor: size ** 3 / processor }
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function medianGap(times: readonly number[]): number {
  const gaps = times.slice(1).map((time, i) => time - times[i])
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]
}

async function main() {
  const data = draw()
  const times: number[] = []
  const before = await ceiling()
  const context = { seed: 1, logger: silentLogger, parallel, checkCancelled() {} }
  const work: number[] = []
  const progress = () => {
    times.push(performance.now() / 1000)
    work.push(processorSeconds())
  }
  const model = new Ials({ factors, steps, iterations })
  await model.fit(data, { ...context, progress })
  const after = await ceiling()
  const pairs = new Set<number>()
  data.interactions.item.forEach((item, row) => pairs.add(data.interactions.user[row] * items + item))
  const seconds = medianGap(times)
  const processor = medianGap(work)
  // Both sides: each row multiplies the Gram matrix, each pair takes a product and adds a row, steps + 1 times.
  const rows = shoppers + items
  const operations =
    (steps + 1) * (rows * 2 * factors ** 2 + pairs.size * 8 * factors) + rows * 2 * factors ** 2
  const queries = 2000
  const begun = performance.now()
  for (let i = 0; i < queries; i++)
    model.recommend({ history: Array.from({ length: 20 }, (_, j) => `p${(i * 31 + j * 7) % items}`) }, 20)
  const giga = (value: number) => (value / 1e9).toFixed(1)
  process.stdout.write(
    `${cpus()[0].model}, ${values.threads} threads, load ${loadavg()[0].toFixed(1)}\n` +
      `${pairs.size} pairs of ${shoppers} shoppers and ${items} items, ${factors} factors, ${steps} steps\n` +
      `${seconds.toFixed(2)} s an iteration (median of ${times.length - 1}), ${giga(operations / seconds)} GFLOP/s; ` +
      `` +
      `kernels ${giga(before.wall)} before and ${giga(after.wall)} after: ` +
      `${Math.round((200 * operations) / seconds / (before.wall + after.wall))} % of them\n` +
      `by processor time ${processor.toFixed(2)} s and ${giga(operations / processor)} GFLOP/s; ` +
      `kernels ${giga(before.processor)} before and ${giga(after.processor)} after: ` +
      `${Math.round((200 * operations) / processor / (before.processor + after.processor))} % of them\n` +
      `${((performance.now() - begun) / queries).toFixed(2)} ms to fold a shopper of 20 items in and rank all items\n`
  )
}

main().catch((error: unknown) => {
  process.stderr.write(`${String((error as Error).stack)}\n`)
  process.exitCode = 1
})
