import { KernelMemory } from "../../lib"

/**
 * Unit vectors of all items in the kernel's memory, ready to be compared with one of the same length.
 * `dimensions` is a multiple of 8. Memory: 4 bytes × dimensions per item.
 */
export class ItemScorer {
  private readonly memory = new KernelMemory()
  private readonly at: { vectors: number; query: number; scores: number }
  /** [items, dimensions] */
  readonly vectors: Float32Array
  /** Cosines by item, of what was compared last. */
  readonly scores: Float32Array

  constructor(
    vectors: Float32Array,
    private readonly dimensions: number
  ) {
    this.at = {
      vectors: this.memory.place(vectors),
      query: this.memory.reserve(dimensions * 4),
      scores: this.memory.reserve((vectors.length / dimensions) * 4),
    }
    this.vectors = this.memory.floats(this.at.vectors, vectors.length)
    this.scores = this.memory.floats(this.at.scores, vectors.length / dimensions)
  }

  compare(query: Float32Array): void {
    const { memory, at, dimensions, scores } = this
    memory.floats(at.query, dimensions).set(query)
    memory.kernels.scoreRows(at.vectors, scores.length, dimensions, at.query, at.scores)
  }
}
