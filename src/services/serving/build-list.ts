import { joined, type Logger, type Metrics, type Random } from "../lib"
import type { Tally } from "../features"
import {
  gather,
  RANK_FEATURES,
  RERANKERS,
  situationOf,
  type RankFeature,
  type Ranked,
  type Ranker,
  type AnyReranker,
  type ListRules,
  type RankInput,
  type RuleSet,
} from "../ranking"
import {
  retrieve,
  trailOf,
  type Candidate,
  type CandidateSource,
  type Knowledge,
  type RetrievalQuery,
} from "../retrieval"
import { showable } from "./filters"
import type { ListTrace } from "./list-trace"
import { asFeatured, obeying, rulesOf } from "./obey-rules"
import type { Placement } from "./placement"
import type { Profile } from "./profile"
import type { RecommendationRequest } from "./recommendation"

/**
 * Times the list's length that each source may bring, however little it counts: filters take some away, and with half as
 * many a learned ranker, which may count a source for more than the placement does, made clearly worse lists.
 */
const LEAST = 4

/** Ends every chain: popular products, then the newest that can be bought in the shopper's channels. */
const LAST_RESORTS = ["popularity", "new-arrivals"]
const isLast = (name: string) => LAST_RESORTS.includes(name)

export interface ListTools {
  sources: readonly CandidateSource[]
  ranker: Ranker
  rerankers?: readonly AnyReranker[]
  /** Default: RANK_FEATURES. */
  features?: readonly RankFeature[]
  metrics: Metrics
  logger: Logger
  /** How often recommendations have shown a product and how often it was clicked there. */
  tallyOf(productId: string): Tally
  /** What explores draws from it. */
  random: Random
  /** The merchant's; none: the list is the placement's alone. */
  rules?: Pick<RuleSet, "active">
  /** Only where a list is to be explained. */
  trace?: ListTrace
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
  /** Candidates that the heaviest source may bring; the others in proportion to their weights, but not too few. */
  candidates: number
}

export type Answers = Awaited<ReturnType<typeof retrieve>>

/** A product of the list and what tells why it stands there. */
export interface ListItem extends Ranked {
  /** Product that explains it. */
  because?: string
}

export interface BuiltList {
  items: ListItem[]
  featureNames: string[]
  /** What the ranker was told of the request. */
  situation: Readonly<Record<string, number>>
  /** Items that the placement's own sources brought; they come first. */
  own: number
  /** Each fall on the way, the first one first. */
  falls: string[]
  /** Products of a given list that a rule hides. */
  hidden?: ReadonlySet<string>
}

/** Asks the placement's own sources, side by side. */
export function ask(input: ListInput, tools: ListTools): Promise<Answers> {
  const { sources } = input.placement
  const own = tools.sources.filter(({ name }) => sources[name] > 0)
  const query = queryOf(input)
  const heaviest = own.reduce((most, { name }) => Math.max(most, sources[name]), 0)
  const least = Math.min(query.limit, LEAST * input.limit)
  const limitOf = (name: string) => Math.max(least, Math.ceil((query.limit * sources[name]) / heaviest))
  return retrieve(own, ({ name }) => ({ ...query, limit: limitOf(name) }), input.knowledge, tools)
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
  const { trace } = tools
  const { catalog, repeatDays } = knowledge
  const { shopper } = profile
  const { context } = request
  const mayShow = showable(
    {
      placement,
      catalog,
      repeatDays,
      shopper,
      context,
      seeds,
      cart: request.cartProductIds ?? [],
      exclude: [...taken, ...(request.exclude ?? [])],
    },
    trace && ((id, reason) => trace.refused(id, reason))
  )
  const rules = rulesOf({ placement: placement.name, catalog, shopper, context, listing: false }, tools)
  const show = obeying(rules, mayShow, tools)
  trace?.answered(answers)
  const question = questionOf(input, tools)
  const { sources, prepared } = question
  const admit = ({ id, number }: Candidate) => show(id, number)
  const candidates = gather({ answers, sources, admit, features: prepared, end: catalog.cards.end })
  const windows = rerankersOf(input, tools).map(({ reranker }) => reranker.window)
  const wanted = limit * Math.max(1, ...windows)
  // What a rule lifts may stand anywhere.
  const ranking = {
    candidates,
    wanted: rules?.wantsAll || trace ? candidates.ids.length : wanted,
    ...question,
  }
  const featureNames = tools.ranker.featureNames(ranking)
  const ranked = rescored(ranking, rules, tools)
  const best = rerank(ranked.length > wanted ? ranked.slice(0, wanted) : ranked, input, tools)
  const features = featureNames.length
  const places = rules?.arrange({ ranked, limit, mayShow: (id) => mayShow(id) >= 0, features })
  const query = queryOf(input)
  const items = (places?.choose(best) ?? best).map((item) =>
    explained(item, query, knowledge, answers, tools)
  )
  const falls = profile.fallback ? [profile.fallback] : []
  const asked = Object.keys(placement.sources).filter((name) => placement.sources[name] > 0)
  if (tools.remainingMs() <= 0 && asked.some((name) => !answers.has(name))) falls.push("deadline")
  const built: BuiltList = { items, featureNames, situation: ranking.situation, own: items.length, falls }
  const room = places?.room ?? limit
  if (items.length < room && (items.length === 0 || placement.fallbackWhen !== "empty")) {
    falls.push(items.length === 0 ? "no_candidates" : "too_few")
    await fillUp(
      built,
      { ...input, limit: room },
      (name) => asked.includes(name) && (answers.has(name) || !isLast(name)),
      (id) => show(id) >= 0 && (!places || places.take(id)),
      tools
    )
  }
  if (places) built.items = places.weave(items, asFeatured)
  if (built.items.length === 0) falls.push("nothing_to_show")
  trace?.listed(built.items)
  return built
}

/** The ranker's order, with the scores that rules give. */
export function rescored(
  ranking: RankInput,
  rules: ListRules | undefined,
  { ranker, trace }: ListTools
): Ranked[] {
  const ranked = ranker.rank(ranking)
  trace?.ranked(ranking, ranked, ranker.featureNames(ranking))
  const scored = rules?.rescore(ranked) ?? ranked
  trace?.rescored(scored)
  return scored
}

export function queryOf({ profile, seeds, request, candidates, limit }: ListInput): RetrievalQuery {
  const { shopper, trending } = profile
  const trail = trailOf({ shopper, seeds })
  return { shopper, trending, seeds, trail, context: request.context, limit: Math.max(candidates, limit) }
}

/** What a ranker is to know besides the candidates, and the features made ready for this list. */
export function questionOf(
  { placement, request, profile, knowledge, seeds }: ListInput,
  { features = RANK_FEATURES }: ListTools
) {
  const { shopper, demand } = profile
  const situation = { shopper, context: request.context, catalog: knowledge.catalog, seeds, demand }
  return {
    placement: placement.name,
    sources: Object.entries(placement.sources).map(([name, weight]) => ({ name, weight })),
    features,
    situation: situationOf(situation),
    prepared: features.map((feature) => feature.prepare(situation)),
    ...situation,
  }
}

/**
 * The placement's re-rankers with their settings, in the registry's order. A shopper who has not agreed to experiments
 * is not explored with.
 */
export function rerankersOf({ placement, request }: ListInput, { rerankers = RERANKERS }: ListTools) {
  const { rerank = {} } = placement
  return rerankers.flatMap((reranker) => {
    const setting = Object.hasOwn(rerank, reranker.name) ? rerank[reranker.name] : undefined
    if (setting === undefined || (reranker.explores && !request.consent.experimentation)) return []
    return [{ reranker, setting }]
  })
}

/** Lets the re-rankers choose among what the ranker brought. */
export function rerank(ranked: readonly Ranked[], input: ListInput, tools: ListTools): Ranked[] {
  const { limit, seeds, profile, knowledge } = input
  const { catalog, vectorOf } = knowledge
  const { random } = tools
  const tallyOf = (id: string) => tools.tallyOf(id)
  let items = ranked
  for (const { reranker, setting } of rerankersOf(input, tools)) {
    const { shopper } = profile
    items = reranker.rerank({
      items,
      ranked,
      limit,
      setting,
      catalog,
      shopper,
      seeds,
      vectorOf,
      tallyOf,
      random,
    })
    tools.trace?.reranked(reranker.name, items)
  }
  return items.slice(0, limit)
}

/** Adds what its source says of it. */
export function explained(
  item: Ranked,
  query: RetrievalQuery,
  knowledge: Knowledge,
  answers: Answers,
  { sources }: Pick<ListTools, "sources">
): ListItem {
  // Drawn by chance: what its source says is not why it stands there.
  if (item.reason) return item
  const said = answers.get(item.source)?.find(({ id }) => id === item.id)
  if (!said) return item
  const source = sources.find(({ name }) => name === item.source)
  const because = said.because ?? source?.explain?.(item.id, query, knowledge)
  return joined(item, { because, reason: said.reason })
}

/** Goes down the chain, one source after the other; once the deadline is over only the last resorts are asked. */
async function fillUp(
  list: BuiltList,
  input: ListInput,
  /** Has had its chance; a last resort that gave no answer gets another. */
  spent: (name: string) => boolean,
  /** Asked of a product once, and what it says yes to is shown. */
  show: (id: string) => boolean,
  tools: ListTools
): Promise<void> {
  const chain = new Set([...input.placement.fallback, ...LAST_RESORTS])
  const query = queryOf(input)
  const shown = new Set(list.items.map(({ id }) => id))
  // Scores only say the order: what fills up stays below what was ranked.
  const ceiling = Math.min(1, ...list.items.map(({ score }) => score))
  for (const name of chain) {
    if (list.items.length >= input.limit) return
    const source = tools.sources.find((one) => one.name === name)
    if (!source || spent(name) || (!isLast(name) && tools.remainingMs() <= 0)) continue
    const patience = isLast(name) ? { ...tools, remainingMs: () => source.budgetMs } : tools
    const answers = await retrieve([source], () => query, input.knowledge, patience)
    tools.trace?.answered(answers)
    for (const { id } of answers.get(name) ?? []) {
      if (list.items.length >= input.limit) return
      if (shown.has(id) || !show(id)) continue
      shown.add(id)
      const place = list.items.length - list.own
      const score = ceiling / (place + (list.own > 0 ? 2 : 1))
      const item = { id, score, source: name, features: list.featureNames.map(() => 0) }
      list.items.push(explained(item, query, input.knowledge, answers, tools))
    }
  }
}
