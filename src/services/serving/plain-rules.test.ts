import { noMetrics, Random, silentLogger } from "../lib"
import { NO_CONSENT } from "../privacy"
import { NEVER_SHOWN, NOBODY, type Product } from "../features"
import { BlendRanker, RuleSet, type Rule } from "../ranking"
import type { Candidate, CandidateSource, Knowledge } from "../retrieval"
import { product, TestCatalog } from "../testing/planted-shop"
import { rule } from "../testing/rules"
import { ask, build, type ListInput, type ListTools } from "./build-list"
import type { Placement } from "./placement"
import { rankList } from "./rank-list"

const NOW = Date.UTC(2026, 5, 1, 12)
const CATEGORIES = ["a", "b", "c"]
const BRANDS = ["x", "y", "z"]

const some = <T>(random: Random, all: readonly T[], share: number): T[] =>
  all.filter(() => random.next() < share)

function randomShop(random: Random) {
  const products = Array.from({ length: 60 }, (_, i) =>
    product(`p${String(i).padStart(2, "0")}`, "", {
      status: random.next() < 0.85 ? "published" : "draft",
      inStock: random.next() < 0.8,
      categories: some(random, CATEGORIES, 0.5).map((id) => ({ id, name: id })),
      salesChannelIds: some(random, ["web", "b2b"], 0.7),
      metadata: random.next() < 0.8 ? { brand: random.pick(BRANDS) } : {},
    })
  )
  const anyId = () => `p${String(random.int(65)).padStart(2, "0")}`
  const ids = [...new Set(Array.from({ length: 5 + random.int(50) }, anyId))]
  const said: Candidate[] = ids.map((id, i) => ({ id, score: 100 - i }))
  const backup: Candidate[] = Array.from({ length: 30 }, (_, i) => ({ id: anyId(), score: 30 - i }))
  return { products, said, backup, anyId }
}

function randomRule(random: Random, anyId: () => string, place: number): Rule {
  const what = random.pick([
    { products: [anyId(), anyId(), anyId()] },
    { categories: [random.pick(CATEGORIES)] },
    { brands: [random.pick(BRANDS)] },
  ])
  const action = random.pick([
    { type: "hide" },
    { type: "filter" },
    { type: "pin", slots: [1 + random.int(6), 7 + random.int(6)] },
    { type: "boost", factor: 3 },
    { type: "bury", factor: 0.2 },
    { type: "cap", by: "brand", most: 1 + random.int(3) },
    { type: "cap", by: "category", most: 1 + random.int(4) },
  ])
  const when = random.next() < 0.2 ? { device: ["mobile"] } : {}
  return rule(`r${place}`, action, { what, when, priority: random.int(3), enabled: random.next() < 0.9 })
}

const kindOf = (by: string, one: Product) =>
  by === "brand" ? (one.metadata?.brand as string | undefined) : one.categories.at(-1)?.id

/** The list as docs/rules.md words it: everything looked at, one rule after the other. */
function plainList(input: ListInput, said: Candidate[], backup: Candidate[], rules: Rule[]): string[] {
  const { placement, knowledge, limit } = input
  const known = new Map([...knowledge.catalog.all()].map((one) => [one.id, one]))
  const takes = ({ what }: Rule, one: Product) =>
    (!what.products || what.products.includes(one.id)) &&
    (!what.categories || one.categories.some(({ id }) => what.categories?.includes(id))) &&
    (!what.brands || what.brands.includes(one.metadata?.brand as string))
  const active = rules
    .filter(({ enabled, when }) => enabled && !when.device)
    .sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1))
  const fit = (id: string) => {
    const one = known.get(id)
    return Boolean(
      one &&
      one.status === "published" &&
      (one.inStock || !placement.filters.inStock) &&
      one.salesChannelIds.includes("web")
    )
  }
  const against = (id: string, priority: number) =>
    active.some(
      (one) =>
        one.priority >= priority &&
        ((one.action.type === "hide" && takes(one, known.get(id)!)) ||
          (one.action.type === "filter" && !takes(one, known.get(id)!)))
    )
  const shown = (id: string) => fit(id) && !against(id, -Infinity)

  const candidates = said.filter(({ id }) => shown(id))
  const scored = candidates.map(({ id }, rank) => {
    const factors = active.map((one) =>
      (one.action.type === "boost" || one.action.type === "bury") && takes(one, known.get(id)!)
        ? one.action.factor
        : 1
    )
    return { id, score: factors.reduce((score, factor) => score * factor, 20 / (20 + rank)) }
  })
  const ranked = scored.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).map(({ id }) => id)

  const slots = new Map<number, string>()
  const counted: string[] = []
  const full = (id: string, priority: number) =>
    active.some((one) => {
      if (one.action.type !== "cap" || one.priority < priority || !takes(one, known.get(id)!)) return false
      const { by, most } = one.action
      const kind = kindOf(by, known.get(id)!)
      const same = counted.filter(
        (other) => takes(one, known.get(other)!) && kindOf(by, known.get(other)!) === kind
      )
      return kind !== undefined && same.length >= most
    })
  for (const one of active) {
    if (one.action.type !== "pin") continue
    const open = (one.what.products ?? ranked).filter((id) => known.has(id) && takes(one, known.get(id)!))
    for (const slot of one.action.slots) {
      if (slot > limit || slots.has(slot)) continue
      while (open.length > 0) {
        const id = open.shift()!
        if ([...slots.values()].includes(id)) continue
        if (!fit(id) || against(id, one.priority) || full(id, one.priority)) continue
        slots.set(slot, id)
        counted.push(id)
        break
      }
    }
  }
  const rest: string[] = []
  for (const id of [...ranked, ...backup.map((one) => one.id)]) {
    if (rest.length >= limit - slots.size) break
    if (!shown(id) || [...slots.values(), ...rest].includes(id) || full(id, -Infinity)) continue
    rest.push(id)
    counted.push(id)
  }
  const list: string[] = []
  for (let slot = 1; slot <= limit; slot++) {
    const id = slots.get(slot) ?? rest.shift()
    if (id) list.push(id)
  }
  return list
}

const source = (name: string, found: Candidate[]): CandidateSource => ({
  name,
  reason: "popular",
  budgetMs: 5,
  // A model's answer, so that for a listing it is of the listing's products.
  retrieve: (_, knowledge) => knowledge.ask(name, {}, found.length),
})

/** A shop, rules for it, and what a list in it is made of. */
function setUp(random: Random) {
  const { products, said, backup, anyId } = randomShop(random)
  const catalog = new TestCatalog(products)
  const rules = Array.from({ length: 1 + random.int(6) }, (_, place) => randomRule(random, anyId, place))
  const placement: Placement = {
    name: "any",
    title: "Any",
    sources: { one: 1 },
    fallback: [],
    filters: { inStock: random.next() < 0.7, notInCart: false, notSeeds: false, notBoughtDays: 0 },
    limit: 1 + random.int(14),
  }
  const knowledge: Knowledge = {
    catalog,
    ask: (name) => (name === "one" ? said : backup),
    follow: async () => [],
    pool: () => [],
    nearest: () => [],
    vectorOf: () => undefined,
    repeatDays: () => undefined,
    newest: () => [],
    inCategory: () => [],
  }
  const input: ListInput = {
    placement,
    request: { placement: "any", consent: NO_CONSENT, context: { now: NOW, salesChannelIds: ["web"] } },
    profile: { shopper: NOBODY, trending: [] },
    knowledge,
    seeds: [],
    limit: placement.limit,
    candidates: 60,
  }
  const tools: ListTools = {
    sources: [source("one", said), source("popularity", backup)],
    ranker: new BlendRanker(),
    rerankers: [],
    features: [],
    rules: new RuleSet(rules),
    metrics: noMetrics,
    logger: silentLogger,
    tallyOf: () => NEVER_SHOWN,
    random: new Random(1),
    remainingMs: () => 1_000,
  }
  return { input, tools, said, backup, rules, catalog }
}

it("does on random shops what random rules say", async () => {
  const random = new Random(7)
  let pinned = 0
  let shorter = 0
  for (let shop = 0; shop < 400; shop++) {
    const { input, tools, said, backup, rules } = setUp(random)
    const built = await build(input, await ask(input, tools), new Set(), tools)
    const shown = built.items.map(({ id }) => id)
    expect(shown).toEqual(plainList(input, said, backup, rules))
    pinned += built.items.filter(({ reason }) => reason === "featured").length
    if (shown.length < input.limit) shorter++
  }
  expect(pinned).toBeGreaterThan(100)
  expect(shorter).toBeGreaterThan(20)
})

it("never shows an unpublished product, one of another channel, or a sold-out one where these are hidden", async () => {
  const random = new Random(11)
  for (let shop = 0; shop < 300; shop++) {
    const { input, tools, catalog } = setUp(random)
    const all = [...catalog.all()].map(({ id }) => id)
    // Every product is pinned, above all other rules.
    const pins = rule("pins", { type: "pin", slots: [1, 2, 3] }, { what: { products: all }, priority: 1_000 })
    const given = some(random, all, 0.5)
    const listing = { ...input, limit: Math.max(1, given.length) }
    const how = { ...tools, rules: new RuleSet([pins, ...(tools.rules as RuleSet).rules]) }
    const lists = [
      await build(input, await ask(input, how), new Set(), how),
      await rankList(listing, given, how),
    ]
    for (const { id } of lists.flatMap(({ items }) => items)) {
      const one = catalog.get(id)!
      expect(one).toMatchObject({ status: "published" })
      expect(one.salesChannelIds).toContain("web")
      if (input.placement.filters.inStock) expect(one.inStock).toBe(true)
    }
    expect(lists[1].items.every(({ id }) => given.includes(id))).toBe(true)
  }
})

it("drops from a listing what is hidden, and nothing else", async () => {
  const random = new Random(13)
  for (let shop = 0; shop < 100; shop++) {
    const { input, tools, catalog, rules } = setUp(random)
    const given = some(random, [...catalog.all()], 0.5).map(({ id }) => id)
    const { hidden, items } = await rankList({ ...input, limit: given.length }, given, tools)
    const hides = new RuleSet(rules.filter(({ action }) => action.type === "hide"))
    const active = hides.active({
      placement: "any",
      listing: true,
      context: input.request.context,
      shopper: NOBODY,
      catalog,
    })
    const shown = new Set(items.map(({ id }) => id))
    for (const id of given) {
      expect(hidden?.has(id) ?? false).toBe(active?.refusalOf(id) !== undefined)
      if (hidden?.has(id))
        expect(rules.some(({ action }) => action.type === "pin") || !shown.has(id)).toBe(true)
    }
  }
})
