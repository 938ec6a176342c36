import { finish, TopK, type Steps } from "../lib"
import type { Product } from "../features"
import type { Exposure } from "../serving"
import { gini, jaccard } from "./list-quality"

/** Share of the catalogue, the most popular part, that is not the long tail. */
const HEAD = 0.2
/** Segments reported: those with the most lists. */
const MOST_SEGMENTS = 50
/** Products and lists looked at in one step: about 1 ms. */
const PRODUCTS = 1_000
const LISTS = 5

/** What lists are like, over all lists of a segment that showed something. */
export interface AuditFigures {
  lists: number
  /** Mean likeness of the pairs of a list, 0–1: cosine of content vectors, else shared categories. */
  intraListSimilarity: number
  /** Entropy of the categories that a list shows, bits, mean over lists. */
  categoryEntropy: number
  /** Mean −log2 of a shown product's share of all attention, bits. */
  novelty: number
  /**
   * Share of the slots that a list of the most popular products would not have, each counted by its score over its list's
   * best: surprising, as far as the ranker can tell fitting.
   */
  serendipity: number
  /** Share of the listed catalogue that some list shows. */
  coverage: number
  /** Gini index of how often each listed product is shown: 0 = all alike, 1 = one only. */
  gini: number
  /** Share of the slots that the most shown brand has; 0 where no product has one. */
  brandShare: number
  /** Share of the slots beyond the most popular fifth of the catalogue. */
  longTailShare: number
}

export const AUDIT_FIGURES = [
  "intraListSimilarity",
  "categoryEntropy",
  "novelty",
  "serendipity",
  "coverage",
  "gini",
  "brandShare",
  "longTailShare",
] as const satisfies readonly (keyof AuditFigures)[]
export type AuditFigure = (typeof AUDIT_FIGURES)[number]

/** Segment, e.g. `all` or `device=mobile`, → its figures. */
export type Audit = Record<string, AuditFigures>

export interface AuditInput {
  exposures: readonly Exposure[]
  /** The catalogue; products that are not published count for nothing. */
  products: Iterable<Product>
  /** Attention that a product gets: views, carts and purchases. */
  attentionOf(productId: string): number
  vectorOf?(productId: string): Float32Array | undefined
}

interface Tally {
  lists: number
  sums: {
    similarity: number
    pairs: number
    entropy: number
    novelty: number
    serendipity: number
    tail: number
  }
  slots: number
  shown: Float64Array
  brands: Map<string, number>
}

/** What the shown lists are like, whole and by placement, device, country and new or returning shopper. */
export function auditLists(input: AuditInput): Audit {
  return finish(auditInSteps(input))
}

/** The same, a few lists at a time. */
export function* auditInSteps({ exposures, products, attentionOf, vectorOf }: AuditInput): Steps<Audit> {
  const longest = exposures.reduce((most, { slots }) => Math.max(most, slots.length), 0)
  const known = yield* catalogueOf(products, attentionOf, longest)
  const tallies = new Map<string, Tally>()
  const visits = new Map<string, Set<string>>()
  let looked = 0
  for (const exposure of [...exposures].sort((a, b) => a.ts - b.ts)) {
    if (++looked % LISTS === 0) yield
    const slots = exposure.slots.filter(({ productId }) => known.numbers.has(productId))
    if (slots.length === 0) continue
    const list = judge(slots, known, vectorOf)
    for (const segment of segmentsOf(exposure, visits)) {
      let tally = tallies.get(segment)
      if (!tally) tallies.set(segment, (tally = empty(known.places.length)))
      add(tally, slots, list, known)
    }
  }
  const largest = [...tallies].sort(([, a], [, b]) => b.lists - a.lists).slice(0, MOST_SEGMENTS)
  const audit: Audit = {}
  for (const [segment, tally] of largest) {
    audit[segment] = figuresOf(tally)
    yield
  }
  return audit
}

/** The listed products, what is popular among them, and their brands. */
interface Catalogue {
  numbers: ReadonlyMap<string, number>
  categories: readonly string[][]
  brands: readonly (string | undefined)[]
  bits: Float64Array
  /** Place by attention, 0 = the most. What has none in the head, nor in the longest list, has the last. */
  places: Int32Array
}

function* catalogueOf(
  products: Iterable<Product>,
  attentionOf: AuditInput["attentionOf"],
  longest: number
): Steps<Catalogue> {
  const numbers = new Map<string, number>()
  const categories: string[][] = []
  const brands: (string | undefined)[] = []
  const given: number[] = []
  let total = 0
  for (const { id, status, categories: its, metadata, collection } of products) {
    if (status !== "published") continue
    numbers.set(id, given.length)
    categories.push(its.map((category) => category.id))
    brands.push(typeof metadata?.brand === "string" ? metadata.brand : collection)
    // One more, so that what nobody has looked at yet is very novel and not infinitely so.
    total += given[given.push(1 + attentionOf(id)) - 1]
    if (given.length % PRODUCTS === 0) yield
  }
  const bits = new Float64Array(given.length)
  const head = new TopK(Math.max(longest, Math.ceil(HEAD * given.length)))
  for (let number = 0; number < given.length; number++) {
    bits[number] = -Math.log2(given[number] / total)
    head.offer(number, given[number])
    if (number % PRODUCTS === 0) yield
  }
  const places = new Int32Array(given.length).fill(given.length)
  head.drain().numbers.forEach((number, place) => (places[number] = place))
  return { numbers, categories, brands, bits, places }
}

type Slots = Exposure["slots"]

/** What one list adds. */
function judge(slots: Slots, known: Catalogue, vectorOf: AuditInput["vectorOf"]) {
  const numbers = slots.map(({ productId }) => known.numbers.get(productId)!)
  let [similarity, pairs] = [0, 0]
  const vectors = slots.map(({ productId }) => vectorOf?.(productId))
  for (let i = 0; i < slots.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [vectors[i], vectors[j]]
      similarity +=
        a && b
          ? a.reduce((sum, value, at) => sum + value * b[at], 0)
          : jaccard(new Set(known.categories[numbers[i]]), new Set(known.categories[numbers[j]]))
      pairs++
    }
  }
  const counts = new Map<string, number>()
  for (const number of numbers)
    for (const category of known.categories[number]) counts.set(category, (counts.get(category) ?? 0) + 1)
  const best = Math.max(...slots.map(({ score }) => score))
  let [novelty, serendipity, tail] = [0, 0, 0]
  numbers.forEach((number, i) => {
    novelty += known.bits[number]
    if (known.places[number] >= HEAD * known.places.length) tail++
    const fits = best > 0 ? Math.max(0, slots[i].score) / best : 0
    if (known.places[number] >= slots.length) serendipity += fits
  })
  return { numbers, similarity, pairs, entropy: entropyOf([...counts.values()]), novelty, serendipity, tail }
}

function add(tally: Tally, slots: Slots, list: ReturnType<typeof judge>, known: Catalogue): void {
  const { sums } = tally
  tally.lists++
  tally.slots += slots.length
  sums.similarity += list.pairs > 0 ? list.similarity / list.pairs : 0
  sums.pairs += list.pairs > 0 ? 1 : 0
  sums.entropy += list.entropy
  sums.novelty += list.novelty
  sums.serendipity += list.serendipity
  sums.tail += list.tail
  for (const number of list.numbers) {
    tally.shown[number]++
    const brand = known.brands[number]
    if (brand !== undefined) tally.brands.set(brand, (tally.brands.get(brand) ?? 0) + 1)
  }
}

const empty = (items: number): Tally => ({
  lists: 0,
  sums: { similarity: 0, pairs: 0, entropy: 0, novelty: 0, serendipity: 0, tail: 0 },
  slots: 0,
  shown: new Float64Array(items),
  brands: new Map(),
})

function figuresOf({ lists, sums, slots, shown, brands }: Tally): AuditFigures {
  return {
    lists,
    intraListSimilarity: sums.similarity / Math.max(1, sums.pairs),
    categoryEntropy: sums.entropy / lists,
    novelty: sums.novelty / slots,
    serendipity: sums.serendipity / slots,
    coverage: shown.filter((count) => count > 0).length / shown.length,
    gini: gini(shown),
    brandShare: Math.max(0, ...brands.values()) / slots,
    longTailShare: sums.tail / slots,
  }
}

function entropyOf(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.reduce((sum, count) => sum - (count / total) * Math.log2(count / total), 0)
}

/** @param visits subject → sessions met so far; whoever comes in a second one is returning */
function segmentsOf(
  { placement, context, subject, sessionId }: Exposure,
  visits: Map<string, Set<string>>
): string[] {
  const segments = ["all", `placement=${placement}`]
  if (context.device) segments.push(`device=${context.device}`)
  if (context.country) segments.push(`country=${context.country}`)
  if (subject !== undefined && sessionId !== undefined) {
    let sessions = visits.get(subject)
    if (!sessions) visits.set(subject, (sessions = new Set()))
    sessions.add(sessionId)
    segments.push(sessions.size > 1 ? "shopper=returning" : "shopper=new")
  }
  return segments
}
