import { PersonalizationError } from "../../services/lib"
import type { ItemVectorStore } from "../../services/retrieval"

interface Row {
  version: string
  vector: Float32Array
}

export class MemoryItemVectorStore implements ItemVectorStore {
  private readonly spaces = new Map<string, Map<string, Row>>()

  async put(space: string, version: string, ids: readonly string[], vectors: Float32Array): Promise<void> {
    if (ids.length === 0) return
    const dimensions = vectors.length / ids.length
    if (!Number.isInteger(dimensions) || dimensions === 0)
      throw new PersonalizationError("invalid_input", "vectors: the length must be ids.length × dimensions")
    let rows = this.spaces.get(space)
    if (!rows) this.spaces.set(space, (rows = new Map()))
    for (let i = 0; i < ids.length; i++)
      rows.set(ids[i], { version, vector: vectors.slice(i * dimensions, (i + 1) * dimensions) })
  }

  async remove(space: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) this.spaces.get(space)?.delete(id)
  }

  async load(
    space: string,
    version: string,
    ids?: readonly string[]
  ): Promise<{ ids: string[]; vectors: Float32Array; dimensions: number }> {
    const wanted = ids && new Set(ids)
    const rows = [...(this.spaces.get(space) ?? [])].filter(
      ([id, row]) => row.version === version && (wanted?.has(id) ?? true)
    )
    rows.sort(([a], [b]) => (a < b ? -1 : 1))
    const dimensions = rows[0]?.[1].vector.length ?? 0
    const vectors = new Float32Array(rows.length * dimensions)
    rows.forEach(([, { vector }], i) => vectors.set(vector, i * dimensions))
    return { ids: rows.map(([id]) => id), vectors, dimensions }
  }
}
