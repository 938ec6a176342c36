/**
 * Latency, recall and event-loop delay of the vector indexes, on clustered vectors as embeddings of a catalogue are:
 *
 *   npx tsx benchmark/vector-index/run.ts [--count 100000] [--dimensions 64] [--clusters 1000] [--queries 2000]
 *
 * Queries are drawn from the same clusters and are not in the index. One search at a time; recall is against exact.
 */
import { cpus, loadavg } from "node:os"
import { parseArgs } from "node:util"
import { FaissVectorIndex } from "../../src/adapters/faiss"
import { ExactVectorIndex } from "../../src/adapters/wasm"
import { noMetrics, Random, silentLogger } from "../../src/services/lib"
import type { MonitoredVectorIndex } from "../../src/services/retrieval"
import { clusteredVectors } from "../../src/services/testing/vector-index.contract"

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    dimensions: { type: "string", default: "64" },
    clusters: { type: "string", default: "1000" },
    queries: { type: "string", default: "2000" },
  },
})
const [count, dimensions, clusters, queries] = [
  values.count,
  values.dimensions,
  values.clusters,
  values.queries,
].map(Number)
const K = 20

const all = clusteredVectors(new Random(1), count + queries, dimensions, clusters)
const vectors = all.slice(0, count * dimensions)
const ids = Array.from({ length: count }, (_, i) => `prod_${i}`)
const query = (i: number) => all.subarray((count + i) * dimensions, (count + i + 1) * dimensions)

function quantile(sorted: readonly number[], share: number): string {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(3)
}

/** Runs `work` while a chain of immediates notes how long each turn of the event loop took. */
async function turnsDuring(work: () => Promise<void>): Promise<number[]> {
  const gaps: number[] = []
  let running = true
  let last = performance.now()
  const tick = () => {
    const now = performance.now()
    gaps.push(now - last)
    last = now
    if (running) setImmediate(tick)
  }
  setImmediate(tick)
  await work()
  running = false
  return gaps.sort((a, b) => a - b)
}

async function measure(
  name: string,
  index: MonitoredVectorIndex,
  truth: ReadonlySet<string>[]
): Promise<void> {
  const times: number[] = []
  let hits = 0
  for (let i = 0; i < queries; i++) {
    const start = performance.now()
    const found = await index.search(query(i), K)
    times.push(performance.now() - start)
    hits += found.filter(({ id }) => truth[i].has(id)).length
  }
  times.sort((a, b) => a - b)
  const gaps = await turnsDuring(async () => {
    for (let i = 0; i < queries; i += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, j) => index.search(query((i + j) % queries), K)))
    }
  })
  console.log(
    `${name}: p50 ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms, recall@${K} ${(hits / (queries * K)).toFixed(4)}, ` +
      `fallbacks ${index.fallbacks}; 50 searches at once: turn of the event loop p50 ${quantile(gaps, 0.5)} ms, ` +
      `p99 ${quantile(gaps, 0.99)} ms, max ${quantile(gaps, 1)} ms`
  )
}

async function main(): Promise<void> {
  console.log(
    `${count} × ${dimensions} in ${clusters} clusters, ${queries} queries; node ${process.version}, ` +
      `${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`
  )
  const exact = new ExactVectorIndex(dimensions)
  let start = performance.now()
  const gaps = await turnsDuring(() => exact.build(ids, vectors))
  const built = (performance.now() - start).toFixed(0)
  console.log(`exact: built in ${built} ms, turn of the event loop at most ${quantile(gaps, 1)} ms`)
  const truth: Set<string>[] = []
  for (let i = 0; i < queries; i++) truth.push(new Set((await exact.search(query(i), K)).map(({ id }) => id)))
  await measure("exact", exact, truth)
  await exact.close()

  const settings = { dimensions, timeoutMs: 50, maxMemoryMb: 4_096, metrics: noMetrics, logger: silentLogger }
  const faiss = new FaissVectorIndex(settings)
  try {
    await faiss.start()
  } catch (error) {
    console.log(`faiss: left out, for faiss-node does not load (${(error as Error).message.split("\n")[0]})`)
    return
  }
  start = performance.now()
  await faiss.build(ids, vectors)
  await faiss.ready()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`faiss: ready after ${seconds} s, ${Math.round(faiss.memory / 2 ** 20)} MB in its process`)
  await measure("faiss", faiss, truth)
  console.log(
    `faiss: recall@${K} on its own vectors and means of two: ${(await faiss.recall(400)).toFixed(4)}`
  )
  await faiss.close()
}

void main()
