import type { Model, ModelDefinition } from "../models"

/**
 * Lists of several models one behind the other, as a shop without a blend would fill its places: what the first names,
 * then what the second names beside it. Named `first+second`. It is a baseline to compare with and is never saved.
 */
export function cascade(
  definitions: readonly ModelDefinition[],
  options: Record<string, Record<string, unknown>>
): Model {
  const models = definitions.map(({ name, create }) => create(options[name]))
  return {
    name: definitions.map(({ name }) => name).join("+"),
    async fit(data, context) {
      for (const model of models) await model.fit(data, context)
    },
    recommend(query, k) {
      const named = new Set<string>()
      for (const model of models) {
        for (const { id } of model.recommend(query, k + named.size)) if (named.size < k) named.add(id)
      }
      return [...named].map((id, rank) => ({ id, score: 1 / (1 + rank) }))
    },
    save: () => ({ meta: {}, arrays: {} }),
    load() {},
  }
}
