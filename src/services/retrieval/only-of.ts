import { dot } from "./vectors"
import type { Knowledge } from "./candidate-source"

/** How far a model's answer is read for products of the list; what stands behind has hardly a score. */
const DEPTH = 5_000

/**
 * The same knowledge, of these products alone: sources that ask it bring no others. Vectors are compared one by one,
 * for a list is short.
 */
export function onlyOf(ids: ReadonlySet<string>, knowledge: Knowledge): Knowledge {
  const { ask, vectors, vectorOf, inCategory } = knowledge
  return {
    ...knowledge,
    ask: (model, query, k) =>
      ask(model, query, Math.max(k, DEPTH))
        .filter(({ id }) => ids.has(id))
        .slice(0, k),
    vectors: vectors && {
      dimensions: vectors.dimensions,
      search: async (query, k) => nearest(query, ids, vectorOf).slice(0, k),
    },
    // That a product is new says less than the place that the shop has given it.
    newest: () => [],
    inCategory: (category) => inCategory(category).filter((id) => ids.has(id)),
  }
}

/** Cosine similarity to each product that has a vector, best first; none to a query of length 0. */
function nearest(
  query: Float32Array,
  ids: Iterable<string>,
  vectorOf: Knowledge["vectorOf"]
): { id: string; score: number }[] {
  const length = Math.sqrt(dot(query, query))
  if (length === 0) return []
  const found: { id: string; score: number }[] = []
  for (const id of ids) {
    const vector = vectorOf(id)
    if (vector) found.push({ id, score: dot(query, vector) / length })
  }
  return found.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}
