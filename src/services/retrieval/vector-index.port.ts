/**
 * Nearest neighbours by cosine similarity. Vectors are stored normalised; a vector of length 0 scores 0 against
 * every query, and a query of length 0 finds nothing.
 * Wrong shapes and components that are not finite are refused with `invalid_input`, before anything is written.
 */
export interface VectorIndex {
  readonly dimensions: number
  readonly size: number
  /** Searches at the same time that cost hardly more than one of them. */
  readonly together: number
  /** Builds beside the live content and swaps; `vectors` is ids.length × dimensions, row-major. */
  build(ids: readonly string[], vectors: Float32Array): Promise<void>
  /** Adds or replaces; searchable when it resolves. */
  add(ids: readonly string[], vectors: Float32Array): Promise<void>
  /** Unknown ids are ignored. */
  remove(ids: readonly string[]): Promise<void>
  /**
   * Best first, at most `k` and at most 4,096; never blocks the event loop for more than 5 ms at 100k × 64.
   * @param patient nobody waits: it may take its time, and may fail where another way would cost more
   */
  search(query: Float32Array, k: number, patient?: boolean): Promise<{ id: string; score: number }[]>
  /** Ends processes and gives memory back. The index is empty afterwards. */
  close(): Promise<void>
}

/** A vector index that also says how it is doing. */
export interface MonitoredVectorIndex extends VectorIndex {
  readonly kind: "exact" | "faiss"
  /** Searches that the exact index had to answer in place of the approximate one, since the start. */
  readonly fallbacks: number
  /**
   * Share of the true nearest `k` (20) that the live index finds, averaged over up to `samples` (100) of its own
   * vectors, asked evenly across the index; 1 for an empty one.
   */
  recall(samples?: number, k?: number): Promise<number>
}
