import type { Scored } from "../lib"
import type { Knowledge, Weighted } from "./candidate-source"
import { centreOf, dot } from "./vectors"

/** How far a model's answer is read for products of the list; what stands behind has hardly a score. */
const DEPTH = 5_000
/** As far as an index reads. */
const MOST = 4_096

/**
 * The same knowledge, of these products alone: sources that ask it bring no others. Vectors are compared one by one,
 * for a list is short.
 */
export function onlyOf(ids: ReadonlySet<string>, knowledge: Knowledge): Knowledge {
  const { ask, follow, pool, vectorOf, inCategory } = knowledge
  return {
    ...knowledge,
    ask: (model, query, k) =>
      ask(model, query, Math.max(k, DEPTH))
        .filter(({ id }) => ids.has(id))
        .slice(0, k),
    follow: async (session, k) => (await follow(session, MOST)).filter(({ id }) => ids.has(id)).slice(0, k),
    pool: (model, history, k) =>
      pool(model, history, DEPTH)
        .filter(({ id }) => ids.has(id))
        .slice(0, k),
    nearest: (products, k) => nearest(products, ids, vectorOf).slice(0, k),
    // That a product is new says less than the place that the shop has given it.
    newest: () => [],
    inCategory: (category) => inCategory(category).filter((id) => ids.has(id)),
  }
}

/** Cosine similarity of each product that has a vector to the centre of the others, best first. */
function nearest(
  products: readonly Weighted[],
  ids: Iterable<string>,
  vectorOf: Knowledge["vectorOf"]
): Scored[] {
  const centre = centreOf(products, ({ id }) => vectorOf(id))
  if (!centre) return []
  const own = new Set(products.map(({ id }) => id))
  const found: Scored[] = []
  for (const id of ids) {
    const vector = own.has(id) ? undefined : vectorOf(id)
    if (vector) found.push({ id, score: dot(centre, vector) })
  }
  return found.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}
