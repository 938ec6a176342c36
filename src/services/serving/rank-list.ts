import { joined } from "../lib"
import { fill, gather, type FeatureOf, type ListRules, type RankCandidates, type Ranked } from "../ranking"
import { onlyOf, type Candidate } from "../retrieval"
import {
  ask,
  explained,
  queryOf,
  questionOf,
  rerank,
  rescored,
  type BuiltList,
  type ListInput,
  type ListItem,
  type ListTools,
} from "./build-list"
import { showable } from "./filters"
import { asFeatured, obeying, rulesOf } from "./obey-rules"

/** Stands in an exposure for the source of a product that no source has named. */
const LISTING = "listing"

/**
 * Puts a given list in order for the shopper, with the placement's sources asked about these products alone. Products
 * of equal score keep their order; those that may not be judged (unknown, of another channel, disliked) are left out.
 */
export async function rankList(
  input: ListInput,
  given: readonly string[],
  tools: ListTools
): Promise<BuiltList> {
  const { placement, request, profile } = input
  const { trace } = tools
  const { catalog, repeatDays } = input.knowledge
  const { shopper } = profile
  const { context } = request
  const mayShow = showable(
    {
      placement,
      catalog,
      repeatDays,
      shopper,
      context,
      seeds: [],
      cart: request.cartProductIds ?? [],
      exclude: [],
    },
    trace && ((id, reason) => trace.refused(id, reason))
  )
  const rules = rulesOf(listingOf(input), tools)
  const show = obeying(rules, mayShow, tools)
  const hidden = hiddenBy(rules, given)
  const known = given.filter((id) => show(id) >= 0)
  const listed = new Set(known)
  const trending = profile.trending.filter(({ id }) => listed.has(id))
  const asked: ListInput = {
    ...input,
    knowledge: onlyOf(listed, input.knowledge),
    profile: { ...profile, trending },
    candidates: known.length,
  }
  // Of a given list each source may speak of all.
  const answers = await ask({ ...asked, limit: known.length }, tools)
  trace?.answered(answers)
  const question = questionOf(input, tools)
  const { sources, prepared } = question
  const { end } = input.knowledge.catalog.cards
  const admit = ({ id, number }: Candidate) => show(id, number)
  const named = gather({ answers, sources, admit, features: prepared, end })
  const unnamed = new Map(known.map((id) => [id, show(id)]))
  for (const id of named.ids) unnamed.delete(id)
  const ranking = {
    candidates: withUnnamed(named, unnamed, sources.length, prepared),
    wanted: known.length,
    ...question,
  }
  const liked = prepared[question.features.findIndex(({ name }) => name === "affinity")]
  const featureNames = tools.ranker.featureNames(ranking)
  const ranked = inOrder(rescored(ranking, rules, tools), known)
  const best = rerank(ranked, asked, tools)
  const places = rules?.arrange({
    ranked,
    limit: input.limit,
    mayShow: (id) => given.includes(id) && mayShow(id) >= 0,
    features: featureNames.length,
  })
  const query = queryOf(asked)
  const explain = (item: Ranked) =>
    unnamed.has(item.id)
      ? unexplained(item, liked?.(unnamed.get(item.id)!, item.id) ?? 0)
      : explained(item, query, asked.knowledge, answers, tools)
  const items = (places?.choose(best) ?? best).map(explain)
  const woven = places?.weave(items, asFeatured) ?? items
  trace?.listed(woven)
  const falls = profile.fallback ? [profile.fallback] : []
  const silent = sources.some(({ name, weight }) => weight > 0 && !answers.has(name))
  if (tools.remainingMs() <= 0 && silent) falls.push("deadline")
  const { situation } = ranking
  return { items: woven, featureNames, situation, own: items.length, falls, hidden }
}

const listingOf = ({ placement, profile, request, knowledge }: ListInput) => ({
  placement: placement.name,
  catalog: knowledge.catalog,
  shopper: profile.shopper,
  context: request.context,
  listing: true,
})

const hiddenBy = (rules: ListRules | undefined, given: readonly string[]) =>
  rules && new Set(given.filter((id) => rules.refusalOf(id)))

/** The list when it could not be ranked: as it was given, less what rules hide. */
export function unranked(input: ListInput, given: readonly string[], { rules }: ListTools): BuiltList {
  const hidden = hiddenBy(rulesOf(listingOf(input), { rules }), given)
  return { items: [], featureNames: [], situation: {}, own: 0, falls: ["error"], hidden }
}

/** By falling score; equal ones as the shop had them. */
function inOrder(ranked: readonly Ranked[], given: readonly string[]): Ranked[] {
  const place = new Map(given.map((id, index) => [id, index]))
  return [...ranked].sort((a, b) => b.score - a.score || place.get(a.id)! - place.get(b.id)!)
}

/** The candidates, and behind them those that no source has named, with what the features say of them. */
function withUnnamed(
  { ids, votes, features }: RankCandidates,
  unnamed: ReadonlyMap<string, number>,
  width: number,
  prepared: readonly (FeatureOf | undefined)[]
): RankCandidates {
  const all = new Float64Array((ids.length + unnamed.size) * width)
  all.set(votes)
  const values = new Float64Array((ids.length + unnamed.size) * prepared.length)
  values.set(features)
  let at = features.length
  for (const [id, number] of unnamed) {
    fill(values, at, prepared, number, id)
    at += prepared.length
  }
  return { ids: [...ids, ...unnamed.keys()], votes: all, features: values }
}

/** No source has named it: it stands there for its category, or because it was in the list. */
function unexplained(item: Ranked, affinity: number): ListItem {
  const reason = item.reason ?? (affinity > 0 ? "category" : "listed")
  return joined(item, { source: LISTING, reason })
}
