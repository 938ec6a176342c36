/**
 * Time of one VMIS-kNN list over many sessions, and of inserting one: npx tsx benchmark/models/session-knn.ts [sessions]
 * Sessions are drawn, so that any size can be had: item popularity as Zipf's law over 100,000 items in topics of 50, 2 to
 * 20 items a session, of which three in four come from the session's topic. Processor time is told beside wall time,
 * for it is the same while other processes take the processors.
 */
import { Random, silentLogger } from "../../src/services/lib"
import { InteractionColumns, MODELS, type Model } from "../../src/services/models"

const ITEMS = 100_000
const TOPIC = 50
const QUERIES = 5_000

function drawItem(random: Random): number {
  // Inverse of the distribution function of 1/x on [1, ITEMS].
  return Math.floor(ITEMS ** random.next()) - 1
}

function drawSession(random: Random): number[] {
  const topic = Math.floor(drawItem(random) / TOPIC) * TOPIC
  const length = 2 + Math.floor(18 * random.next() ** 3)
  return Array.from({ length }, () => (random.next() < 0.75 ? topic + random.int(TOPIC) : drawItem(random)))
}

async function main(sessions: number) {
  const random = new Random(1)
  const columns = new InteractionColumns()
  for (let session = 0; session < sessions; session++) {
    for (const item of drawSession(random))
      columns.push({ item, user: -1, session, ts: session * 10, kind: 0 })
  }
  const ids = Array.from({ length: ITEMS }, (_, i) => `i${i}`)
  const interactions = columns.build(ids, [])
  const data = {
    interactions,
    baskets: { start: new Int32Array(1), item: new Int32Array(0), ts: new Float64Array(0) },
  }
  process.stdout.write(`${sessions} sessions, ${interactions.item.length} interactions, ${ITEMS} items\n`)
  const context = { seed: 1, logger: silentLogger, progress() {}, checkCancelled() {} }
  for (const name of ["vmis-knn", "vstan"]) {
    const model = MODELS.find((definition) => definition.name === name)!.create() as Model & {
      insert(session: readonly string[]): void
    }
    const begun = performance.now()
    await model.fit({ ...data, products: [], asOf: sessions * 10_000 }, context)
    const fitted = performance.now()
    const queries = Array.from({ length: QUERIES }, () => drawSession(random).map((item) => ids[item]))
    const times = new Float64Array(QUERIES)
    const processor = new Float64Array(QUERIES)
    queries.forEach((session, i) => {
      const worked = process.cpuUsage()
      const asked = performance.now()
      model.recommend({ session }, 20)
      times[i] = performance.now() - asked
      const { user, system } = process.cpuUsage(worked)
      processor[i] = (user + system) / 1000
    })
    const quantiles = (values: Float64Array) => {
      values.sort()
      const at = (share: number) => values[Math.floor(share * QUERIES)].toFixed(2)
      return `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)} ms`
    }
    const inserting = performance.now()
    for (const session of queries) model.insert(session)
    const inserted = (performance.now() - inserting) / QUERIES
    process.stdout.write(
      `${name}: fit ${((fitted - begun) / 1000).toFixed(1)} s; a list ${quantiles(times)}, ` +
        `of the processor ${quantiles(processor)}; ` +
        `an insertion ${(1000 * inserted).toFixed(1)} µs\n`
    )
  }
}

main(Number(process.argv[2] ?? 1_000_000)).catch((error: unknown) => {
  process.stderr.write(`${String((error as Error).stack)}\n`)
  process.exitCode = 1
})
