/** Nearest neighbours by cosine similarity. Vectors are stored normalised. */
export interface VectorIndex {
  readonly dimensions: number
  readonly size: number
  /** Builds beside the live content and swaps; `vectors` is ids.length × dimensions, row-major. */
  build(ids: readonly string[], vectors: Float32Array): Promise<void>
  /** Adds or replaces; searchable when it resolves. */
  add(ids: readonly string[], vectors: Float32Array): Promise<void>
  remove(ids: readonly string[]): Promise<void>
  /** Best first; never blocks the event loop for more than 5 ms at 100k × 64. */
  search(query: Float32Array, k: number): Promise<{ id: string; score: number }[]>
  close(): Promise<void>
}
