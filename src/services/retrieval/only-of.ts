import type { Scored } from "../lib"
import { dot } from "./vectors"
import type { Knowledge } from "./candidate-source"

/** How far a model's answer is read for products of the list; what stands behind has hardly a score. */
const DEPTH = 5_000

/**
 * The same knowledge, of these products alone: sources that ask it bring no others. Vectors are compared one by one,
 * for a list is short.
 */
export function onlyOf(ids: ReadonlySet<string>, knowledge: Knowledge): Knowledge {
  const { ask, vectorOf, inCategory } = knowledge
  return {
    ...knowledge,
    ask: (model, query, k) =>
      ask(model, query, Math.max(k, DEPTH))
        .filter(({ id }) => ids.has(id))
        .slice(0, k),
    neighbours: async (of, k) => of.map((id) => nearest(id, ids, vectorOf).slice(0, k)),
    // That a product is new says less than the place that the shop has given it.
    newest: () => [],
    inCategory: (category) => inCategory(category).filter((id) => ids.has(id)),
  }
}

/** Cosine similarity to each other product that has a vector, best first; none to a product without one. */
function nearest(of: string, ids: Iterable<string>, vectorOf: Knowledge["vectorOf"]): Scored[] {
  const query = vectorOf(of)
  if (!query) return []
  const found: Scored[] = []
  for (const id of ids) {
    const vector = id === of ? undefined : vectorOf(id)
    if (vector) found.push({ id, score: dot(query, vector) })
  }
  return found.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}
