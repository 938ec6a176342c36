/**
 * Latency of the engine itself, without HTTP: `npx tsx benchmark/serving/run.ts [--products 100000]
 * [--sessions 60000] [--requests 3000] [--index exact|faiss]`. Everything runs in this process, on the real
 * composition with storage in memory and models trained on the synthetic shop of shop.ts. `cpu` is the processor
 * time of a request, all threads of this process; unlike the rest it does not depend on what else the machine does.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { parseArgs } from "node:util"
import { compose } from "../../src/modules/personalization/compose"
import { resolveOptions } from "../../src/modules/personalization/options"
import { Random, systemClock } from "../../src/services/lib"
import type { ShopEvent } from "../../src/services/events"
import { PLACEMENTS, type RecommendationRequest } from "../../src/services/serving"
import { makeEvents, makeProducts } from "./shop"

const { values } = parseArgs({
  options: {
    products: { type: "string", default: "100000" },
    sessions: { type: "string", default: "60000" },
    requests: { type: "string", default: "3000" },
    index: { type: "string", default: "exact" },
  },
})
const PRODUCTS = Number(values.products)
const SESSIONS = Number(values.sessions)
const REQUESTS = Number(values.requests)
const VISITORS = Math.ceil(SESSIONS / 4)
const WARM_UP = 300
const BATCH = 5_000

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
  let began = performance.now()
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
    const visitor = random.int(VISITORS)
    const context = { now: Date.now(), salesChannelIds: ["sc_web"], country: "DE", device: "mobile" as const }
    const product = products[random.int(PRODUCTS)].id
    const cart = [product, products[random.int(PRODUCTS)].id]
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
  // FAISS builds its graph beside the exact index, which answers until then.
  began = performance.now()
  for (
    let before = -1;
    before !== engine.indexState().fallbacks;
    await new Promise((resolve) => setTimeout(resolve, 500))
  ) {
    before = engine.indexState().fallbacks
    for (let i = 0; i < 50; i++) await kinds["pdp-similar"]()
  }
  say(`the index answers by itself after ${seconds(began)} s`)
  for (let i = 0; i < WARM_UP; i++) for (const ask of Object.values(kinds)) await ask()

  const delay = monitorEventLoopDelay({ resolution: 1 })
  const report: Record<string, unknown> = {}
  for (const [name, ask] of Object.entries(kinds)) {
    const samples: number[] = []
    delay.reset()
    delay.enable()
    const used = process.cpuUsage()
    for (let i = 0; i < REQUESTS; i++) {
      const start = performance.now()
      await ask()
      samples.push(performance.now() - start)
      await turn()
    }
    delay.disable()
    const { user, system } = process.cpuUsage(used)
    report[name] = {
      ...percentiles(samples),
      cpu: ms(((user + system) * 1e3) / REQUESTS),
      loop_p99: ms(delay.percentile(99)),
      loop_max: ms(delay.max),
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

const ms = (nanoseconds: number) => Number((nanoseconds / 1e6).toFixed(2))

main().catch((error) => {
  say(String(error?.stack ?? error))
  process.exitCode = 1
})
