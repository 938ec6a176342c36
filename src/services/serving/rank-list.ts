import { gather, RERANKERS, type Ranked } from "../ranking"
import { onlyOf } from "../retrieval"
import { affinityTo, ask, rerank, type BuiltList, type ListInput, type ListTools } from "./build-list"
import { showable } from "./filters"

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
  const show = showable({
    placement,
    catalog: input.knowledge.catalog,
    shopper: profile.shopper,
    context: request.context,
    seeds: [],
    cart: request.cartProductIds ?? [],
    exclude: [],
  })
  const known = given.filter((id) => show(id))
  const listed = new Set(known)
  const trending = profile.trending.filter(({ id }) => listed.has(id))
  const asked: ListInput = {
    ...input,
    knowledge: onlyOf(listed, input.knowledge),
    profile: { ...profile, trending },
    candidates: known.length,
  }
  const answers = await ask(asked, tools)
  const sources = Object.entries(placement.sources).map(([name, weight]) => ({ name, weight }))
  const affinity = (id: string) => affinityTo(show(id), profile.shopper)
  const named = gather(answers, sources, affinity)
  const without = new Set(known)
  for (const { id } of named) without.delete(id)
  const unnamed = [...without].map((id) => ({
    id,
    votes: sources.map(() => undefined),
    affinity: affinity(id) ?? 0,
  }))
  const ranking = {
    candidates: [...named, ...unnamed],
    sources,
    shopper: profile.shopper,
    context: request.context,
  }
  const ranked = inOrder(tools.ranker.rank(ranking), known).map((item) =>
    without.has(item.id) ? unexplained(item, affinity(item.id) ?? 0) : item
  )
  const items = rerank(ranked, asked, tools.rerankers ?? RERANKERS)
  const falls = profile.fallback ? [profile.fallback] : []
  const silent = sources.some(({ name, weight }) => weight > 0 && !answers.has(name))
  if (tools.remainingMs() <= 0 && silent) falls.push("deadline")
  return { items, featureNames: tools.ranker.featureNames(ranking), own: items.length, falls }
}

/** By falling score; equal ones as the shop had them. */
function inOrder(ranked: readonly Ranked[], given: readonly string[]): Ranked[] {
  const place = new Map(given.map((id, index) => [id, index]))
  return [...ranked].sort((a, b) => b.score - a.score || place.get(a.id)! - place.get(b.id)!)
}

/** No source has named it: it stands there for its category, or because it was in the list. */
function unexplained(item: Ranked, affinity: number): Ranked {
  return { ...item, source: LISTING, because: undefined, reason: affinity > 0 ? "category" : "listed" }
}
