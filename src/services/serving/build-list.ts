import type { Logger, Metrics } from "../lib"
import type { Product, Shopper } from "../features"
import { gather, RERANKERS, type Ranked, type Ranker, type Reranker } from "../ranking"
import { retrieve, type CandidateSource, type Knowledge, type RetrievalQuery } from "../retrieval"
import { showable } from "./filters"
import type { Placement } from "./placement"
import type { Profile } from "./profile"
import type { RecommendationRequest } from "./recommendation"

/** Ends every chain: popular products, then the newest that can be bought in the shopper's channels. */
const LAST_RESORTS = ["popularity", "new-arrivals"]
const isLast = (name: string) => LAST_RESORTS.includes(name)

export interface ListTools {
  sources: readonly CandidateSource[]
  ranker: Ranker
  rerankers?: readonly Reranker[]
  metrics: Metrics
  logger: Logger
  /** Milliseconds left for the request. */
  remainingMs(): number
}

export interface ListInput {
  placement: Placement
  request: RecommendationRequest
  profile: Profile
  knowledge: Knowledge
  /** Products the list is about. */
  seeds: readonly string[]
  limit: number
  /** Candidates each source may bring. */
  candidates: number
}

export type Answers = Awaited<ReturnType<typeof retrieve>>

export interface BuiltList {
  items: Ranked[]
  featureNames: string[]
  /** Items that the placement's own sources brought; they come first. */
  own: number
  /** Each fall on the way, the first one first. */
  falls: string[]
}

/** Asks the placement's own sources, side by side. */
export function ask(input: ListInput, tools: ListTools): Promise<Answers> {
  const own = tools.sources.filter((source) => input.placement.sources[source.name] > 0)
  return retrieve(own, queryOf(input), input.knowledge, tools)
}

/** Filters, ranks and re-ranks what the sources answered, and fills up a list that is too short. */
export async function build(
  input: ListInput,
  answers: Answers,
  /** Products that lists above this one show. */
  taken: ReadonlySet<string>,
  tools: ListTools
): Promise<BuiltList> {
  const { placement, request, profile, knowledge, seeds, limit } = input
  const show = showable({
    placement,
    catalog: knowledge.catalog,
    shopper: profile.shopper,
    context: request.context,
    seeds,
    cart: request.cartProductIds ?? [],
    exclude: [...taken, ...(request.exclude ?? [])],
  })
  const sources = Object.entries(placement.sources).map(([name, weight]) => ({ name, weight }))
  const ranking = {
    candidates: gather(answers, sources, (id) => affinityTo(show(id), profile.shopper)),
    sources,
    shopper: profile.shopper,
    context: request.context,
  }
  const featureNames = tools.ranker.featureNames(ranking)
  const items = rerank(tools.ranker.rank(ranking), input, tools.rerankers ?? RERANKERS)
  const falls = profile.fallback ? [profile.fallback] : []
  const asked = Object.keys(placement.sources).filter((name) => placement.sources[name] > 0)
  if (tools.remainingMs() <= 0 && asked.some((name) => !answers.has(name))) falls.push("deadline")
  const built = { items, featureNames, own: items.length, falls }
  if (items.length >= limit || (items.length > 0 && placement.fallbackWhen === "empty")) return built
  falls.push(items.length === 0 ? "no_candidates" : "too_few")
  await fillUp(
    built,
    input,
    (name) => asked.includes(name) && (answers.has(name) || !isLast(name)),
    show,
    tools
  )
  if (items.length === 0) falls.push("nothing_to_show")
  return built
}

function queryOf({ profile, seeds, request, candidates, limit }: ListInput): RetrievalQuery {
  const { shopper, trending } = profile
  return { shopper, trending, seeds, context: request.context, limit: Math.max(candidates, limit) }
}

export function rerank(ranked: Ranked[], input: ListInput, rerankers: readonly Reranker[]): Ranked[] {
  const { catalog, vectorOf } = input.knowledge
  let items = ranked
  for (const [name, setting] of Object.entries(input.placement.rerank ?? {})) {
    const reranker = rerankers.find((one) => one.name === name)
    if (reranker) items = reranker.rerank({ items, limit: input.limit, setting, catalog, vectorOf })
  }
  return items.slice(0, input.limit)
}

/** Goes down the chain, one source after the other; once the deadline is over only the last resorts are asked. */
async function fillUp(
  list: BuiltList,
  input: ListInput,
  /** Has had its chance; a last resort that gave no answer gets another. */
  spent: (name: string) => boolean,
  show: (id: string) => Product | undefined,
  tools: ListTools
): Promise<void> {
  const chain = new Set([...input.placement.fallback, ...LAST_RESORTS])
  const shown = new Set(list.items.map(({ id }) => id))
  // Scores only say the order: what fills up stays below what was ranked.
  const ceiling = Math.min(1, ...list.items.map(({ score }) => score))
  for (const name of chain) {
    if (list.items.length >= input.limit) return
    const source = tools.sources.find((one) => one.name === name)
    if (!source || spent(name) || (!isLast(name) && tools.remainingMs() <= 0)) continue
    const patience = isLast(name) ? { ...tools, remainingMs: () => source.budgetMs } : tools
    const answers = await retrieve([source], queryOf(input), input.knowledge, patience)
    for (const { id, because, reason } of answers.get(name) ?? []) {
      if (list.items.length >= input.limit) return
      if (shown.has(id) || !show(id)) continue
      shown.add(id)
      const place = list.items.length - list.own
      const score = ceiling / (place + (list.own > 0 ? 2 : 1))
      list.items.push({ id, score, source: name, because, reason, features: list.featureNames.map(() => 0) })
    }
  }
}

/** How much the shopper cares for the categories of a product: that of the best liked one; undefined without a product. */
export function affinityTo(product: Product | undefined, { categoryAffinity }: Shopper): number | undefined {
  if (!product) return undefined
  if (categoryAffinity.size === 0) return 0
  let best = 0
  for (const { id } of product.categories) best = Math.max(best, categoryAffinity.get(id) ?? 0)
  return best
}
