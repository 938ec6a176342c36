/**
 * The lists of a store on public data: `npx tsx benchmark/quality/store-lists.ts <folder of amazon_beauty or of sessions>
 * [--every 8] [--validate] [--one-visit] [--models sasrec] [--mixes '{"one":{"sources":{"user-factors":1},"mmr":1}}']`.
 *
 * Not a model but the whole engine is asked, as a shop installs it: events come in, models are trained on the log, and
 * `home-for-you` is made of the fixed weights of its sources, before anything is learned of its lists; all items compete.
 * Where the files hold a sequence for each user, shoppers come back for a new visit, and their last item is asked for; every
 * item is a visit of its own, or with `--one-visit` all of a shopper's are one, from which models of sessions can learn. Where
 * they hold sessions, the last item of each held-out session is asked for in that session. `--validate` asks for what is to
 * choose by and never sees what is to judge by. Measured is the placement as it ships and, compared with it, each of `--mixes`
 * (weights of sources, and λ of MMR). `--models`: trained beside the default ones.
 */
import { parseArgs } from "node:util"
import { detectDataset } from "../../src/adapters/datasets"
import { compose } from "../../src/modules/personalization/compose"
import { resolveOptions } from "../../src/modules/personalization/options"
import { newEventId, type ShopEvent } from "../../src/services/events"
import type { Product } from "../../src/services/features"
import {
  bootstrapMean,
  type Interval,
  listMetrics,
  pairedBootstrap,
  silentLogger,
} from "../../src/services/lib"
import { FULL_CONSENT } from "../../src/services/privacy"
import { PLACEMENTS, type Placement } from "../../src/services/serving"
import { comingBack, inVisits, type Look } from "./lists/questions"

const K = 10
const DAY_MS = 86_400_000
const BATCH = 5_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    every: { type: "string", default: "8" },
    validate: { type: "boolean", default: false },
    mixes: { type: "string", default: "{}" },
    "one-visit": { type: "boolean", default: false },
    models: { type: "string", default: "" },
  },
})

interface Mix {
  sources?: Record<string, number>
  mmr?: number
}

async function main(folder: string): Promise<void> {
  const { reader, files } = await detectDataset(folder)
  const data = await reader.read(folder, files)
  const now = Date.now() - DAY_MS
  const questions = (reader.protocols[0] === "next-item" ? inVisits : comingBack)(data, {
    now,
    validate: values.validate,
    every: Number(values.every),
    oneVisit: values["one-visit"],
  })
  const { asked } = questions
  const products = data.products.length > 0 ? data.products : productsOf(questions.learned, now)
  const options = resolveOptions({
    training: { validationShare: 0.01, fitCandidates: true, modelMinutes: 60 },
  })
  const models = [...options.training.models, ...values.models.split(",").filter(Boolean)]
  const engine = compose({ ...options, training: { ...options.training, models } }, { logger: silentLogger })
  for (let from = 0; from < products.length; from += BATCH)
    await engine.catalog.upsert(
      products
        .slice(from, from + BATCH)
        .map((product) => ({ ...product, status: "published", inStock: true, salesChannelIds: ["web"] }))
    )
  const append = async (looks: readonly Look[]) => {
    const events = looks.map(eventOf).sort((a, b) => a.ts - b.ts)
    for (let from = 0; from < events.length; from += BATCH)
      await engine.log.append(events.slice(from, from + BATCH))
    await engine.featuresCaughtUp()
  }
  await engine.start()
  await append(questions.learned)
  engine.training.start()
  await engine.training.idle()
  const { reason, version } = (await engine.models.list(1))[0]
  if (reason) await engine.models.promote(version)
  // Seen by the shopper, but not learned from.
  await append(questions.seen)
  while (engine.content.size < products.length) await new Promise((resolve) => setTimeout(resolve, 100))

  const ask = async (placement: Placement): Promise<string[][]> => {
    const lists: string[][] = []
    for (const { visitor, session, exclude } of asked) {
      const { items } = await engine.recommender.rehearse(
        {
          placement: placement.name,
          visitorId: visitor,
          sessionId: session,
          consent: { ...FULL_CONSENT, experimentation: false },
          context: {
            now: reader.protocols[0] === "next-item" ? now : now + DAY_MS,
            salesChannelIds: ["web"],
          },
          limit: K,
          exclude,
        },
        { placement }
      )
      lists.push(items.map(({ product_id: id }) => id))
    }
    return lists
  }
  /** nDCG@10 and hits, by shopper; asked until what is worked out beside the requests is there. */
  const measure = async (placement: Placement) => {
    let before = ""
    for (;;) {
      const lists = await ask(placement)
      if (before === (before = JSON.stringify(lists))) {
        const metrics = lists.map((list, i) => {
          const rank = list.indexOf(asked[i].target) + 1
          return listMetrics(rank > 0 ? [rank] : [], 1, K)
        })
        return { ndcg: metrics.map(({ ndcg }) => ndcg), hits: metrics.map(({ hr }) => hr) }
      }
      await new Promise((resolve) => setTimeout(resolve, 5_000))
    }
  }
  const shipped = PLACEMENTS.find(({ name }) => name === "home-for-you")!
  const units = asked.map((_, i) => i)
  const shown = ({ mean, low, high }: Interval) =>
    `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`
  console.log(
    `${asked.length} questions, ${values.validate ? "validation" : "test"}, models ${models.join(", ")}`
  )
  const plain = await measure(shipped)
  const told = ({ hits, ndcg }: typeof plain) =>
    `HR@10 ${shown(bootstrapMean(hits))}, nDCG@10 ${shown(bootstrapMean(ndcg))}`
  console.log(`as shipped: ${told(plain)}`)
  for (const [name, { sources, mmr }] of Object.entries(JSON.parse(values.mixes) as Record<string, Mix>)) {
    const rerank = mmr === undefined ? shipped.rerank : { mmr }
    const mix = await measure({ ...shipped, sources: sources ?? shipped.sources, rerank })
    console.log(
      `${name}: ${told(mix)}; more by HR ${shown(pairedBootstrap(mix.hits, plain.hits, units))}, ` +
        `nDCG ${shown(pairedBootstrap(mix.ndcg, plain.ndcg, units))}`
    )
  }
  await engine.stop()
}

const eventOf = ({ visitor, session, product, ts }: Look): ShopEvent => ({
  event_id: newEventId(ts),
  type: "view_item",
  ts,
  visitor_id: visitor,
  session_id: session,
  consent: FULL_CONSENT,
  context: {},
  items: [{ product_id: product }],
})

/** Of sets that name nothing but their items. */
const productsOf = (looks: readonly Look[], createdAt: number): Product[] =>
  [...new Set(looks.map(({ product }) => product))].map((id) => ({
    ...{ id, title: id, status: "published", categories: [], tags: [], options: {} },
    ...{ salesChannelIds: ["web"], variants: [], inStock: true, createdAt, updatedAt: createdAt },
  }))

main(positionals[0]).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error)
    process.exit(1)
  }
)
