import { noMetrics, Random, silentLogger } from "../lib"
import { NO_CONSENT } from "../privacy"
import { NEVER_SHOWN, type Product, type Shopper } from "../features"
import { BlendRanker, RANK_FEATURES, RERANKERS, type Ranked } from "../ranking"
import type { Candidate, Knowledge } from "../retrieval"
import { product, TestCatalog } from "../testing/planted-shop"
import { build, type ListInput } from "./build-list"
import type { Placement } from "./placement"

const NOW = 1_000_000_000_000
const CATEGORIES = ["a", "b", "c", "d"]
const SOURCES = ["one", "two", "three"]

const features = RANK_FEATURES.filter(({ name }) => name === "affinity")
const mmr = RERANKERS.find(({ name }) => name === "mmr")!

type Answers = Map<string, Candidate[]>
type Row = Pick<Ranked, "id" | "score" | "features"> & { source: string; because?: string; reason?: string }

const some = <T>(random: Random, all: readonly T[], share: number): T[] =>
  all.filter(() => random.next() < share)

function randomShop(random: Random) {
  const products = Array.from({ length: 80 }, (_, i) =>
    product(`p${i}`, "", {
      status: random.next() < 0.9 ? "published" : "draft",
      inStock: random.next() < 0.8,
      categories: some(random, CATEGORIES, 0.4).map((id) => ({ id, name: id })),
      salesChannelIds: some(random, ["web", "b2b"], 0.7),
      ...(random.next() < 0.2 && { metadata: { replenishment_days: 10 } }),
    })
  )
  const anyId = () => `p${random.int(90)}`
  const answers: Answers = new Map()
  for (const name of SOURCES)
    if (random.next() < 0.9)
      answers.set(
        name,
        Array.from({ length: random.int(60) }, (_, i) => ({
          id: anyId(),
          score: 100 - Math.floor(i / (1 + random.int(3))),
          ...(random.next() < 0.3 && { because: anyId(), reason: "new" }),
        }))
      )
  const shopper: Shopper = {
    recent: Array.from({ length: random.int(8) }, () => ({
      productId: anyId(),
      type: random.pick(["view_item", "dislike", "purchase"]),
      ts: NOW - random.int(60) * 86_400_000,
    })),
    session: [],
    categoryAffinity: new Map(some(random, CATEGORIES, 0.5).map((id) => [id, random.next()])),
    shown: new Map(),
  }
  const placement: Placement = {
    name: "any",
    title: "Any",
    sources: Object.fromEntries(SOURCES.map((name) => [name, random.pick([0.05, 0.5, 1])])),
    fallback: [],
    filters: {
      inStock: random.next() < 0.5,
      notInCart: random.next() < 0.5,
      notSeeds: random.next() < 0.5,
      notBoughtDays: random.pick([0, 30]),
      repurchase: random.pick(["when-due", "after-days", undefined]),
    },
    ...(random.next() < 0.5 && { rerank: { mmr: 0.5 } }),
    limit: 1 + random.int(20),
  }
  return { products, answers, shopper, placement, anyId }
}

/** The list as the words of the code's comments have it: every product looked up, everything sorted. */
function plainList(input: ListInput, products: ReadonlyMap<string, Product>, answers: Answers): Row[] {
  const { placement, profile, request, seeds, limit, knowledge } = input
  const { filters } = placement
  const { shopper } = profile
  const again = ({ id, metadata }: Product, ts: number): boolean => {
    const days = (NOW - ts) / 86_400_000
    if (filters.repurchase === "after-days") return days >= filters.notBoughtDays
    const replenished = metadata?.replenishment_days as number | undefined
    return days >= (replenished ?? 0.8 * (knowledge.repeatDays(id) ?? Infinity))
  }
  const shown = (id: string): boolean => {
    const one = products.get(id)
    if (!one || one.status !== "published" || (filters.inStock && !one.inStock)) return false
    if (filters.notInCart && request.cartProductIds?.includes(id)) return false
    if (filters.notSeeds && seeds.includes(id)) return false
    if (!one.salesChannelIds.some((channel) => request.context.salesChannelIds.includes(channel)))
      return false
    return !shopper.recent.some(
      ({ productId, type, ts }) =>
        productId === id &&
        (type === "dislike" || (type === "purchase" && filters.notBoughtDays > 0 && !again(one, ts)))
    )
  }
  const weights = Object.entries(placement.sources)
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0)
  const votes = weights.map(([name]) => {
    const seen = new Map<string, { vote: number; said: Candidate }>()
    let rank = 0
    let last: number | undefined
    for (const said of answers.get(name) ?? []) {
      if (!shown(said.id) || seen.has(said.id)) continue
      if (said.score !== last) rank = seen.size
      last = said.score
      seen.set(said.id, { vote: 20 / (20 + rank), said })
    }
    return seen
  })
  const rows = [...new Set(votes.flatMap((seen) => [...seen.keys()]))].map((id): Row => {
    const liking = Math.max(
      0,
      ...products.get(id)!.categories.map((one) => shopper.categoryAffinity.get(one.id) ?? 0)
    )
    const shares = votes.map((seen, i) => weights[i][1] * (seen.get(id)?.vote ?? 0))
    const blend = shares.reduce((sum, share) => sum + share, 0) / total + 0.15 * liking
    const strongest = shares.indexOf(Math.max(...shares))
    const said = votes[strongest].get(id)!.said
    return {
      id,
      score: blend,
      source: weights[strongest][0],
      because: said.because,
      reason: said.reason,
      features: [...votes.map((seen) => seen.get(id)?.vote ?? 0), liking, blend],
    }
  })
  rows.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
  const setting = placement.rerank?.mmr
  if (setting === undefined) return rows.slice(0, limit)
  const { catalog, vectorOf } = knowledge
  const tools = { catalog, vectorOf, shopper, seeds, tallyOf: () => NEVER_SHOWN, random: new Random(1) }
  return mmr.rerank({ items: rows, ranked: rows, limit, setting, ...tools })
}

it("gives on random shops what the plain way gives", async () => {
  const random = new Random(5)
  let items = 0
  for (let shop = 0; shop < 300; shop++) {
    const { products, answers, shopper, placement, anyId } = randomShop(random)
    const catalog = new TestCatalog(products)
    // Cards follow their products: changed, gone, come again.
    for (const changed of some(random, products, 0.2)) {
      Object.assign(changed, { inStock: !changed.inStock, salesChannelIds: ["web"] })
      catalog.put(changed)
    }
    const gone = some(random, products, 0.1)
    for (const { id } of gone) catalog.remove(id)
    catalog.put(product("p85", "a"), ...gone.slice(0, 2))
    const knowledge: Knowledge = {
      catalog,
      ask: () => [],
      follow: async () => [],
      pool: () => [],
      nearest: () => [],
      vectorOf: () => undefined,
      repeatDays: (id) => (id.endsWith("3") ? 20 : undefined),
      newest: () => [],
      inCategory: () => [],
    }
    const input: ListInput = {
      placement,
      request: {
        placement: "any",
        consent: NO_CONSENT,
        cartProductIds: [anyId(), anyId()],
        context: { now: NOW, salesChannelIds: ["web"] },
      },
      profile: { shopper, trending: [] },
      knowledge,
      seeds: [anyId()],
      limit: placement.limit,
      candidates: 60,
    }
    const tools = {
      sources: [],
      ranker: new BlendRanker(),
      features,
      tallyOf: () => NEVER_SHOWN,
      random,
      metrics: noMetrics,
      logger: silentLogger,
    }
    const built = await build(input, answers, new Set(), { ...tools, remainingMs: () => 1_000 })
    const held = new Map([...catalog.all()].map((one) => [one.id, one]))
    const plain = plainList(input, held, answers)
    expect(built.items.map(({ id, source, because, reason }) => ({ id, source, because, reason }))).toEqual(
      plain.map(({ id, source, because, reason }) => ({ id, source, because, reason }))
    )
    built.items.forEach(({ score, features }, i) => {
      expect(score).toBeCloseTo(plain[i].score, 12)
      expect(features).toEqual(plain[i].features)
    })
    items += built.items.length
  }
  expect(items).toBeGreaterThan(1_000)
})
