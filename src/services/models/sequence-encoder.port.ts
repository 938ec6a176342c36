import type { ModelQuery } from "./model"

/** A live model that says where a visit points to, among the vectors of its items. */
export interface SequenceEncoder {
  /** Vectors of length 1, row by row; empty before it has learned. */
  itemVectors(): { ids: readonly string[]; dimensions: number; vectors: Float32Array }
  /** At length 1; undefined when no item of the query is known. */
  sessionVector(query: ModelQuery): Float32Array | undefined
}
