/**
 * Latency of the engine itself, without HTTP: `npx tsx benchmark/serving/run.ts [--products 100000]
 * [--sessions 60000] [--shoppers 15000] [--requests 3000] [--index exact|faiss] [--placement home-for-you] [--known]`.
 * `--known` waits until all neighbours are known that are looked for ahead of the requests. Few shoppers who come again and again
 * show what a list costs once the neighbours of what they saw are known. Everything runs in this process, on the real
 * composition with storage in memory and models trained on the synthetic shop of shop.ts; exposures are put into words as for
 * the database and let go. `cpu` is the processor
 * time of a request, all threads of this process: the least of five rounds, for others on the same cores make it longer,
 * though less than they do the rest. `kb` is what a request allocates, `rps` what callers get that ask without a pause.
 */
import { parseArgs } from "node:util"
import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { compose } from "../../src/modules/personalization/compose"
import type { Engine } from "../../src/modules/personalization/engine"
import { bodyOf } from "../../src/adapters/postgres/exposure-body"
import { resolveOptions } from "../../src/modules/personalization/options"
import { Random, systemClock } from "../../src/services/lib"
import type { ShopEvent } from "../../src/services/events"
import { PLACEMENTS, type RecommendationRequest } from "../../src/services/serving"
import { LoopWatch } from "./loop-watch"
import { makeEvents, makeProducts } from "./shop"

const { values } = parseArgs({
  options: {
    products: { type: "string", default: "100000" },
    sessions: { type: "string", default: "60000" },
    shoppers: { type: "string" },
    requests: { type: "string", default: "3000" },
    index: { type: "string", default: "exact" },
    placement: { type: "string" },
    known: { type: "boolean", default: false },
  },
})
const PRODUCTS = Number(values.products)
const SESSIONS = Number(values.sessions)
const REQUESTS = Number(values.requests)
const VISITORS = Math.ceil(SESSIONS / 4)
const SHOPPERS = Math.min(VISITORS, Number(values.shoppers ?? VISITORS))
const WARM_UP = 300
const BATCH = 5_000
const ROUNDS = 5
/** Lists asked to see whether FAISS answers. */
const PROBES = 50
/** Requests between two looks at the memory. */
const STRETCH = 5

const say = (text: string) => process.stderr.write(`${text}\n`)
const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1)
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const logger = {
  debug() {},
  info: say,
  warn: say,
  error: (text: string, error?: Error) => say(`${text} ${error?.stack ?? ""}`),
}

function percentiles(samples: number[]): Record<string, number> {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (share: number) =>
    Number(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(2))
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}

/** Processor time of a request in ms, all threads: the least of some rounds, and every request's own time. */
async function timed(ask: () => Promise<unknown>): Promise<{ cpu: number; samples: number[] }> {
  const samples: number[] = []
  let cpu = Infinity
  const round = Math.ceil(REQUESTS / ROUNDS)
  for (let i = 0; i < ROUNDS; i++) {
    const used = process.cpuUsage()
    for (let j = 0; j < round; j++) {
      const start = performance.now()
      await ask()
      samples.push(performance.now() - start)
      await turn()
    }
    const { user, system } = process.cpuUsage(used)
    cpu = Math.min(cpu, (user + system) / 1000 / round)
  }
  return { cpu: Number(cpu.toFixed(3)), samples }
}

/** Bytes that a request allocates, in kB: the median growth of heap and buffers over stretches without a collection. */
async function allocated(ask: () => Promise<unknown>): Promise<number> {
  const held = () => {
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  const grown: number[] = []
  for (let i = 0; i < 100; i++) {
    const before = held()
    for (let j = 0; j < STRETCH; j++) await ask()
    const growth = held() - before
    if (growth > 0) grown.push(growth / STRETCH / 1024)
  }
  return Math.round(grown.sort((a, b) => a - b)[grown.length >> 1] ?? NaN)
}

/** Requests a second of so many callers, each of whom asks again as soon as there is an answer. */
async function rate(ask: () => Promise<unknown>, callers: number): Promise<number> {
  const began = performance.now()
  const each = Math.ceil(REQUESTS / callers)
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let i = 0; i < each; i++) {
        await ask()
        await turn()
      }
    })
  )
  return Math.round((each * callers * 1000) / (performance.now() - began))
}

/** What filling and training have left, which a shop's process has behind it a few minutes after its start. */
function collectGarbage(): void {
  setFlagsFromString("--expose-gc")
  ;(runInNewContext("gc") as () => void)()
}

/** Puts the shop into the stores and lets go of it. */
async function fill(engine: Engine, now: number, random: Random): Promise<{ ids: string[]; events: number }> {
  const products = makeProducts(PRODUCTS, now, random)
  for (let from = 0; from < products.length; from += BATCH)
    await engine.catalog.upsert(products.slice(from, from + BATCH))
  let batch: ShopEvent[] = []
  let events = 0
  for (const event of makeEvents(SESSIONS, VISITORS, products, now, random)) {
    batch.push(event)
    events++
    if (batch.length === BATCH) {
      await engine.log.append(batch)
      batch = []
    }
  }
  await engine.log.append(batch)
  return { ids: products.map(({ id }) => id), events }
}

async function main(): Promise<void> {
  const random = new Random(7)
  const now = Date.now()
  const engine = compose(
    resolveOptions({ retrieval: { index: values.index }, training: { validationShare: 0.01 } }),
    {
      logger,
      clock: systemClock,
    }
  )
  // Kept here, they would grow old and fill the memory, which they do in no store.
  engine.exposures.record = async (exposures) => {
    JSON.stringify(exposures.map(bodyOf))
    await turn()
  }
  let began = performance.now()
  const { ids, events } = await fill(engine, now, random)
  await engine.start()
  await engine.featuresCaughtUp()
  say(`${PRODUCTS} products and ${events} events are in after ${seconds(began)} s`)
  began = performance.now()
  engine.training.start()
  await engine.training.idle()
  const { reason, version } = (await engine.models.list(1))[0]
  if (reason) await engine.models.promote(version)
  while (engine.models.version !== version) await new Promise((resolve) => setTimeout(resolve, 100))
  say(`trained after ${seconds(began)} s${reason ? `, promoted although: ${reason}` : ""}`)
  began = performance.now()
  while (engine.content.size < PRODUCTS) await new Promise((resolve) => setTimeout(resolve, 100))
  // Two polls: the shelves by the new popularity, the first look at the whole catalogue.
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  say(`the index holds ${engine.content.size} vectors after ${seconds(began)} s`)

  const consent = { analytics: true, personalization: true, experimentation: false, model_training: false }
  const request = (placement: string): RecommendationRequest => {
    const visitor = random.int(SHOPPERS)
    const context = { now: Date.now(), salesChannelIds: ["sc_web"], country: "DE", device: "mobile" as const }
    const product = ids[random.int(PRODUCTS)]
    const cart = [product, ids[random.int(PRODUCTS)]]
    const who = { visitorId: `visitor_${visitor}`, sessionId: `session_${visitor}` }
    return {
      placement,
      productIds: placement.startsWith("pdp") ? [product] : [],
      cartProductIds: cart,
      consent,
      context,
      ...who,
    }
  }
  const PAGE = ["pdp-similar", "pdp-bought-together", "home-for-you", "recently-viewed"]
  const kinds: Record<string, () => Promise<unknown>> = {
    ...Object.fromEntries(
      PLACEMENTS.filter(({ requires }) => requires !== "product_ids").map(({ name }) => [
        name,
        () => engine.recommender.recommend(request(name)),
      ])
    ),
    "page of 4": () => engine.recommender.recommendPage(PAGE.map(request)),
  }
  // FAISS is filled beside the exact index, which answers until then, and later while FAISS looks for neighbours ahead.
  began = performance.now()
  for (let fell = PROBES; fell > PROBES / 2; await new Promise((resolve) => setTimeout(resolve, 500))) {
    const before = engine.indexState().fallbacks
    for (let i = 0; i < PROBES; i++) await kinds["pdp-similar"]()
    fell = engine.indexState().fallbacks - before
  }
  say(`the index answers by itself after ${seconds(began)} s`)
  if (values.known) {
    let known = -1
    while (known < engine.indexState().known) {
      known = engine.indexState().known
      await new Promise((resolve) => setTimeout(resolve, 2_000))
    }
    say(`the neighbours of ${known} products are known after ${seconds(began)} s`)
  }
  for (let i = 0; i < WARM_UP; i++) for (const ask of Object.values(kinds)) await ask()
  collectGarbage()

  const watch = new LoopWatch()
  const report: Record<string, unknown> = {}
  for (const [name, ask] of Object.entries(kinds)) {
    if (values.placement && name !== values.placement) continue
    watch.start()
    const { cpu, samples } = await timed(ask)
    const { long, ...loop } = await watch.stop()
    for (const { ms, cpu, collections } of long)
      say(
        `${name}: a turn of ${ms.toFixed(1)} ms, on a core ${cpu.toFixed(1)}, collections ${collections.toFixed(1)}`
      )
    report[name] = {
      ...percentiles(samples),
      cpu,
      kb: await allocated(ask),
      rps_1: await rate(ask, 1),
      rps_8: await rate(ask, 8),
      ...loop,
    }
  }
  const crowd: number[] = []
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let i = 0; i < REQUESTS / 8; i++) {
        const start = performance.now()
        await kinds["home-for-you"]()
        crowd.push(performance.now() - start)
        await turn()
      }
    })
  )
  report["home-for-you, 8 at once"] = percentiles(crowd)
  const { kind, fallbacks } = engine.indexState()
  say(
    `milliseconds of ${REQUESTS} requests each, ${PRODUCTS} products, index ${kind}, ${fallbacks} fallbacks`
  )
  console.table(report)
  await engine.stop()
}

main().catch((error) => {
  say(String(error?.stack ?? error))
  process.exitCode = 1
})
