import { PersonalizationError } from "../../services/lib"

/**
 * Checks that there are `dimensions` floats for each id.
 * @throws PersonalizationError `invalid_input` that names the counts.
 */
export function checkShape(ids: readonly string[], vectors: Float32Array, dimensions: number): void {
  if (vectors.length === ids.length * dimensions) return
  throw new PersonalizationError(
    "invalid_input",
    `vectors: expected ${ids.length} × ${dimensions} floats, got ${vectors.length}.`,
    { fields: [{ path: "vectors", message: `expected ${ids.length * dimensions} floats` }] }
  )
}

/**
 * One over the length of a vector, or 0 when the length is 0.
 * @throws PersonalizationError `invalid_input` when a component is not finite; `name` says whose vector it is.
 */
export function inverseLength(
  vectors: Float32Array,
  offset: number,
  dimensions: number,
  name: string
): number {
  let sum = 0
  for (let i = offset; i < offset + dimensions; i++) sum += vectors[i] * vectors[i]
  if (!Number.isFinite(sum)) {
    throw new PersonalizationError("invalid_input", `vectors: the vector of ${name} holds NaN or Infinity.`, {
      fields: [{ path: "vectors", message: `not finite for ${name}` }],
    })
  }
  return sum === 0 ? 0 : 1 / Math.sqrt(sum)
}

/** The query at length 1, or undefined when it has no direction; checks shape and values. */
export function unitQuery(query: Float32Array, dimensions: number): Float32Array | undefined {
  checkShape(["query"], query, dimensions)
  const scale = inverseLength(query, 0, dimensions, "the query")
  return scale === 0 ? undefined : query.map((value) => value * scale)
}
