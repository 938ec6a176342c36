/**
 * The lists of a store on public data: `npx tsx benchmark/quality/store-lists.ts <folder of amazon_beauty> [--every 8]
 * [--validate] [--one-visit] [--models sasrec] [--mixes '{"one":{"sources":{"user-factors":1},"mmr":1}}']`.
 *
 * Not a model but the whole engine is asked, as a shop installs it: events come in, models are trained on the log, a shopper
 * comes back for a new visit, and `home-for-you` is made of the fixed weights of its sources, before anything is learned of
 * its lists. Each shopper's last item is asked for from all before it, what they have seen is left out, and all items
 * compete. Every item is a visit of its own, or with `--one-visit` all of a shopper's are one, from which models of sessions
 * can learn; the visit in which the list is asked for is a new one either way. `--validate` asks for the last but one instead and never sees the last: to choose by. Measured is the placement as
 * it ships and, compared with it, each of `--mixes` (weights of sources, and λ of MMR). `--models`: trained beside the default
 * ones.
 */
import { parseArgs } from "node:util"
import { detectDataset } from "../../src/adapters/datasets"
import { compose } from "../../src/modules/personalization/compose"
import { resolveOptions } from "../../src/modules/personalization/options"
import type { ShopEvent } from "../../src/services/events"
import {
  bootstrapMean,
  type Interval,
  listMetrics,
  pairedBootstrap,
  silentLogger,
} from "../../src/services/lib"
import { FULL_CONSENT } from "../../src/services/privacy"
import { PLACEMENTS, type Placement } from "../../src/services/serving"

const K = 10
const DAY_MS = 86_400_000
/** Days that the sequences are laid over. */
const DAYS = 60
const BATCH = 5_000
/** Between two items: that of visits, or within one. */
const [APART_MS, WITHIN_MS] = [3 * 3_600_000, 60_000]

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

interface Asked {
  visitor: string
  seen: string[]
  target: string
}

async function main(folder: string): Promise<void> {
  const { reader, files } = await detectDataset(folder)
  const data = await reader.read(folder, files)
  const left = values.validate ? 1 : 0
  const sequences = data.sessions.map(({ items }) => items.slice(0, items.length - left))
  const now = Date.now() - DAY_MS
  const options = resolveOptions({
    training: { validationShare: 0.01, fitCandidates: true, modelMinutes: 60 },
  })
  const models = [...options.training.models, ...values.models.split(",").filter(Boolean)]
  const engine = compose({ ...options, training: { ...options.training, models } }, { logger: silentLogger })
  for (let from = 0; from < data.products.length; from += BATCH)
    await engine.catalog.upsert(
      data.products
        .slice(from, from + BATCH)
        .map((product) => ({ ...product, status: "published", inStock: true, salesChannelIds: ["web"] }))
    )
  // Sequences end in the order of the file, each with its items evenly before.
  const look = (user: number, place: number, length: number, product: string): ShopEvent => {
    const end = now - (1 - (user + 1) / sequences.length) * DAYS * DAY_MS * 0.5
    return {
      event_id: `e-${user}-${place}`,
      type: "view_item",
      ts: end - (length - place) * (values["one-visit"] ? WITHIN_MS : APART_MS),
      visitor_id: `v-${user}`,
      session_id: values["one-visit"] ? `s-${user}` : `s-${user}-${place}`,
      consent: FULL_CONSENT,
      context: {},
      items: [{ product_id: product }],
    }
  }
  const events = (of: (items: readonly string[]) => readonly [number, number]) =>
    sequences
      .flatMap((items, user) => {
        const [from, to] = of(items)
        return items.slice(from, to).map((id, at) => look(user, from + at, items.length, id))
      })
      .sort((a, b) => a.ts - b.ts)
  const append = async (all: readonly ShopEvent[]) => {
    for (let from = 0; from < all.length; from += BATCH)
      await engine.log.append(all.slice(from, from + BATCH))
    await engine.featuresCaughtUp()
  }
  await engine.start()
  await append(events(({ length }) => [0, Math.max(0, length - 2)]))
  engine.training.start()
  await engine.training.idle()
  const { reason, version } = (await engine.models.list(1))[0]
  if (reason) await engine.models.promote(version)
  // Seen by the shopper, but not learned from.
  await append(events(({ length }) => [Math.max(0, length - 2), length - 1]))
  while (engine.content.size < data.products.length) await new Promise((resolve) => setTimeout(resolve, 100))

  const asked: Asked[] = sequences.flatMap((items, user) =>
    items.length < 3 || user % Number(values.every) !== 0
      ? []
      : [{ visitor: `v-${user}`, seen: items.slice(0, -1), target: items[items.length - 1] }]
  )
  const ask = async (placement: Placement): Promise<string[][]> => {
    const lists: string[][] = []
    for (const { visitor, seen, target } of asked) {
      const { items } = await engine.recommender.rehearse(
        {
          placement: placement.name,
          visitorId: visitor,
          sessionId: `${visitor}-now`,
          consent: { ...FULL_CONSENT, experimentation: false },
          context: { now: now + DAY_MS, salesChannelIds: ["web"] },
          limit: K,
          exclude: seen.filter((id) => id !== target),
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
    `${asked.length} shoppers, ${values.validate ? "validation" : "test"}, models ${models.join(", ")}`
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

main(positionals[0]).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error)
    process.exit(1)
  }
)
