/** Item vectors between starts, by space (e.g. `text`). All vectors of a space have the same length. */
export interface ItemVectorStore {
  /** Adds or replaces. `vectors` is ids.length × dimensions, row-major. `version` says which model made them. */
  put(space: string, version: string, ids: readonly string[], vectors: Float32Array): Promise<void>
  remove(space: string, ids: readonly string[]): Promise<void>
  /**
   * Those of one model version only: vectors of two models are not comparable.
   * @param ids only these, as far as they are there; default: all
   */
  load(
    space: string,
    version: string,
    ids?: readonly string[]
  ): Promise<{ ids: string[]; vectors: Float32Array; dimensions: number }>
}
