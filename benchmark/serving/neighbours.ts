/**
 * What it costs to choose a list out of remembered neighbours instead of searching around the centre of what a shopper
 * saw: `npx tsx benchmark/serving/neighbours.ts <folder> [users]`, for a folder with `items.csv.gz` (item_id,
 * categories_and_brand, textual_id) and `sequences.txt.gz` (user, then items). Learned from all but each user's last item,
 * which is to be found; the real composition with storage in memory.
 */
import fs from "node:fs"
import path from "node:path"
import { gunzipSync } from "node:zlib"
import { parse } from "csv-parse/sync"
import { ExactVectorIndex } from "../../src/adapters/wasm"
import { compose } from "../../src/modules/personalization/compose"
import { resolveOptions } from "../../src/modules/personalization/options"
import type { ShopEvent } from "../../src/services/events"
import type { Product } from "../../src/services/features"
import { ManualClock, noMetrics, silentLogger, type Scored } from "../../src/services/lib"
import { FULL_CONSENT } from "../../src/services/privacy"
import { centreOf, dot, type Knowledge, type Weighted } from "../../src/services/retrieval"
import { PlacementBook, Recommender } from "../../src/services/serving"

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 5, 1)
const SHOWN = 12
const CANDIDATES = 100
const ITEMS = 5

type Nearest = (items: readonly Weighted[], k: number) => Promise<Scored[]>

const [folder, users = "3000"] = process.argv.slice(2)
const read = (file: string) => gunzipSync(fs.readFileSync(path.join(folder, file))).toString()
const context = { now: NOW, salesChannelIds: ["web"] }
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function productOf({ item_id: id, categories_and_brand: names, textual_id: title }: Record<string, string>) {
  const categories = names.split("|").map((name) => ({ id: name.trim(), name: name.trim() }))
  return {
    ...{ id, title, categories, status: "published", tags: [], options: {}, salesChannelIds: ["web"] },
    ...{ variants: [], inStock: true, createdAt: NOW - 300 * DAY_MS, updatedAt: NOW },
  } satisfies Product
}

function eventsOf(user: number, items: readonly string[]): ShopEvent[] {
  return items.map((product_id, i) => ({
    event_id: `${user}-${i}`,
    type: "view_item",
    ts: NOW - 20 * DAY_MS - (items.length - i) * 60_000,
    ...{ visitor_id: `u${user}`, session_id: `s${user}`, consent: FULL_CONSENT, context: {} },
    items: [{ product_id }],
  }))
}

/** The last items, the newest first and each half as heavy as the one before it, as the source weighs them. */
const trailOf = (items: readonly string[]): Weighted[] =>
  [...new Set([...items].reverse())].slice(0, ITEMS).map((id, step) => ({ id, weight: 0.5 ** step }))

function ways(search: (v: Float32Array, k: number) => Promise<Scored[]>, vectorOf: Knowledge["vectorOf"]) {
  const lists = new Map<string, Promise<Scored[]>>()
  const without = (found: Scored[], items: readonly Weighted[], k: number) =>
    found.filter(({ id }) => items.every((item) => item.id !== id)).slice(0, k)
  const around: Nearest = async (items, k) => {
    const centre = centreOf(items, ({ id }) => vectorOf(id))
    return centre ? without(await search(centre, k + items.length), items, k) : []
  }
  const chosen =
    (known: number, depth = (k: number, _: number) => k): Nearest =>
    async (items, k) => {
      const centre = centreOf(items, ({ id }) => vectorOf(id))
      if (!centre) return []
      for (const one of items) if (!lists.has(one.id)) lists.set(one.id, around([one], k))
      const found = await Promise.all(items.slice(0, known).map(({ id }) => lists.get(id)!))
      const read = found.flatMap((list, i) => list.slice(0, depth(k, items[i].weight)))
      const ids = [...new Set(read.map(({ id }) => id))]
      const scored = ids.map((id) => ({ id, score: dot(vectorOf(id)!, centre) }))
      return without(
        scored.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)),
        items,
        k
      )
    }
  return {
    "searched around the centre": around,
    "out of all lists": chosen(ITEMS),
    // What the engine does.
    "as deep as they weigh": chosen(ITEMS, (k, weight) => Math.max(10, Math.ceil(k * weight))),
    "newest alone": chosen(1),
  }
}

async function main(): Promise<void> {
  const rows = parse(read("items.csv.gz"), { columns: true, relax_quotes: true }) as Record<string, string>[]
  const sequences = read("sequences.txt.gz")
    .trim()
    .split("\n")
    .map((line) => line.split(" ").slice(1))
  const engine = compose(
    resolveOptions({ retrieval: { index: "exact" }, training: { validationShare: 0.01 } }),
    { logger: silentLogger, clock: new ManualClock(NOW) }
  )
  await engine.catalog.upsert(rows.map(productOf))
  const events = sequences.flatMap((items, user) => eventsOf(user, items.slice(0, -1)))
  events.sort((a, b) => a.ts - b.ts)
  for (let from = 0; from < events.length; from += 5_000)
    await engine.log.append(events.slice(from, from + 5_000))
  await engine.start()
  await engine.featuresCaughtUp()
  engine.training.start()
  await engine.training.idle()
  const [{ version }] = await engine.models.list(1)
  await engine.models.promote(version)
  while (engine.content.size < rows.length) await new Promise((resolve) => setTimeout(resolve, 200))
  const view = engine.content.view()!
  const ids = rows.map((row) => row.item_id)
  const index = new ExactVectorIndex(view.vectorOf(ids[0])!.length)
  await index.build(ids, Float32Array.from(ids.flatMap((id) => [...view.vectorOf(id)!])))
  const step = Math.max(1, Math.floor(sequences.length / Number(users)))
  const asked = sequences.map((items, user) => ({ items, user })).filter((_, i) => i % step === 0)
  const placements = new PlacementBook({ store: engine.placements, metrics: noMetrics, logger: silentLogger })
  const report: Record<string, object> = {}
  let first: number[] | undefined
  const truths = new Map<number, Set<string>>()
  for (const [way, nearest] of Object.entries(ways((query, k) => index.search(query, k), view.vectorOf))) {
    let found: Scored[] = []
    const recommender = new Recommender({
      ...{ catalog: engine.catalog, features: engine.features, models: engine.models },
      ...{ placements, exposures: { write() {} }, clock: new ManualClock(NOW) },
      ...{
        metrics: noMetrics,
        logger: silentLogger,
        options: { ...engine.options.serving, deadlineMs: 60_000 },
      },
      shelves: { newest: () => [], inCategory: () => [] },
      // Known by the time the list is made, so that no search is late.
      content: { view: () => ({ nearest: () => found, vectorOf: view.vectorOf }) },
    })
    const hits: number[] = []
    const gains: number[] = []
    const recalls: number[] = []
    for (const { items, user } of asked) {
      const target = items[items.length - 1]
      found = await nearest(trailOf(items.slice(0, -1)), CANDIDATES)
      const truth = truths.get(user) ?? new Set(found.map(({ id }) => id))
      truths.set(user, truth)
      recalls.push(found.filter(({ id }) => truth.has(id)).length / Math.max(1, truth.size))
      hits.push(found.some(({ id }) => id === target) ? 1 : 0)
      const who = { visitorId: `u${user}`, sessionId: `s${user}`, consent: FULL_CONSENT, context }
      const list = await recommender.recommend({ placement: "home-for-you", limit: SHOWN, ...who })
      const place = list.items.findIndex((one) => one.product_id === target)
      gains.push(place < 0 ? 0 : 1 / Math.log2(place + 2))
    }
    first ??= gains
    const differences = gains.map((gain, i) => gain - first![i])
    const spread = Math.sqrt(mean(differences.map((d) => (d - mean(differences)) ** 2)) / gains.length)
    report[way] = {
      [`recall@${CANDIDATES}`]: mean(recalls).toFixed(3),
      [`content HR@${CANDIDATES}`]: mean(hits).toFixed(4),
      [`home HR@${SHOWN}`]: mean(gains.map((gain) => Math.sign(gain))).toFixed(4),
      [`home nDCG@${SHOWN}`]: mean(gains).toFixed(4),
      difference: `${mean(differences).toFixed(4)} ± ${(1.96 * spread).toFixed(4)}`,
    }
  }
  console.table(report)
  await engine.stop()
}

main().catch((error: Error) => {
  console.error(error)
  process.exitCode = 1
})
