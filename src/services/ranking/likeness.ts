import { dot } from "../retrieval"
import type { RerankInput } from "./reranker.port"

/** What two products are compared by. */
export interface Look {
  vector: Float32Array | undefined
  /** Looked up only where a vector is missing. */
  categories(): readonly string[]
}

export function lookOf(id: string, { catalog, vectorOf }: Pick<RerankInput, "catalog" | "vectorOf">): Look {
  return {
    vector: vectorOf(id),
    categories: () => catalog.get(id)?.categories.map((one) => one.id) ?? [],
  }
}

/** Cosine of the content vectors, −1 to 1; without vectors the share of categories in common, 0 to 1. */
export function cosine(a: Look, b: Look): number {
  return a.vector && b.vector ? dot(a.vector, b.vector) : jaccard(a.categories(), b.categories())
}

/** The same from 0 to 1: what points away is not alike at all. */
export const likeness = (a: Look, b: Look): number => Math.max(0, cosine(a, b))

function jaccard(a: readonly string[], b: readonly string[]): number {
  const common = a.filter((id) => b.includes(id)).length
  return common === 0 ? 0 : common / (a.length + b.length - common)
}
