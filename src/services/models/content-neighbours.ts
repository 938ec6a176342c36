import { TopK, type Artifact, type Scored } from "../lib"
import { ItemTable } from "./item-table"
import type { ModelQuery } from "./model"
import { toUnit } from "./text-space"

/** Items of a visit that its interest is taken from: the newest. */
const MAX_ITEMS = 5

/** Unit vectors of items, and what lies nearest to the middle of those a query names, by cosine. 4 bytes × dimensions an item. */
export class ContentNeighbours {
  private items = new ItemTable([])
  /** items × dimensions, unit rows or zeros. */
  private vectors: Float32Array = new Float32Array(0)
  private size = 0

  get ids(): readonly string[] {
    return this.items.ids
  }

  /** Takes the vectors over. */
  set(ids: readonly string[], vectors: Float32Array, dimensions: number): void {
    this.items = new ItemTable(ids)
    this.vectors = vectors
    this.size = dimensions
  }

  /** The vector itself, not a copy; undefined for an unknown item. */
  vectorOf(id: string): Float32Array | undefined {
    const item = this.items.numberOf(id)
    return item < 0 ? undefined : this.vectors.subarray(item * this.size, (item + 1) * this.size)
  }

  /** Products nearest to the mean of the seeds (else of the session's last five, else of the history's). */
  recommend(query: ModelQuery, k: number): Scored[] {
    const asked = this.centreOf(query)
    if (!asked) return []
    const top = new TopK(Math.min(k, this.items.size))
    for (let item = 0; item < this.items.size; item++) {
      if (asked.seeds.has(item)) continue
      const cosine = this.dot(asked.centre, item)
      if (cosine > 0) top.offer(item, cosine)
    }
    return this.items.scored(top)
  }

  score(query: ModelQuery, ids: readonly string[]): Float64Array {
    const asked = this.centreOf(query)
    return Float64Array.from(ids, (id) => {
      const item = this.items.numberOf(id)
      if (!asked || item < 0 || asked.seeds.has(item)) return 0
      return Math.max(0, this.dot(asked.centre, item))
    })
  }

  save(): Artifact["arrays"] {
    return { items: this.items.pack(), vectors: this.vectors }
  }

  load(arrays: Artifact["arrays"], dimensions: number): void {
    this.items = ItemTable.unpack(arrays.items)
    this.vectors = arrays.vectors as Float32Array
    this.size = dimensions
  }

  /** Unit vector in the middle of what is asked from, and its items; undefined where nothing is known of them. */
  private centreOf({
    seeds,
    session,
    history,
  }: ModelQuery): { centre: Float32Array; seeds: Set<number> } | undefined {
    const asked = seeds?.length ? seeds : session?.length ? session : (history ?? [])
    const known = new Set(this.items.known(seeds?.length ? seeds : asked.slice(-MAX_ITEMS)))
    const centre = new Float32Array(this.size)
    for (const seed of known) {
      for (let d = 0; d < this.size; d++) centre[d] += this.vectors[seed * this.size + d]
    }
    return toUnit(centre).some((value) => value !== 0) ? { centre, seeds: known } : undefined
  }

  private dot(centre: Float32Array, item: number): number {
    const from = item * this.size
    let dot = 0
    for (let d = 0; d < this.size; d++) dot += centre[d] * this.vectors[from + d]
    return dot
  }
}
