import type { DataSource } from "typeorm"
import { PersonalizationError } from "../../services/lib"
import type { ItemVectorStore } from "../../services/retrieval"
import { Database } from "./database"

/** Vectors per statement: 1,000 × 64 × 4 bytes is a quarter of a megabyte. */
const CHUNK = 1_000
/** Vectors read at a time. */
const PAGE = 500

export class PostgresItemVectorStore implements ItemVectorStore {
  private readonly db: Database
  private readonly table: string

  constructor(dataSource: DataSource) {
    this.db = new Database(dataSource)
    this.table = this.db.name("item_vectors")
  }

  async put(space: string, version: string, ids: readonly string[], vectors: Float32Array): Promise<void> {
    if (ids.length === 0) return
    const dimensions = vectors.length / ids.length
    if (!Number.isInteger(dimensions) || dimensions === 0)
      throw new PersonalizationError("invalid_input", "vectors: the length must be ids.length × dimensions")
    // Of an id that is named twice the last counts: one statement cannot update a row twice.
    const rowOf = new Map(ids.map((id, row) => [id, row]))
    const distinct = [...rowOf.keys()]
    await this.db.transaction(async (query) => {
      for (let from = 0; from < distinct.length; from += CHUNK) {
        const chunk = distinct.slice(from, from + CHUNK)
        await query(
          `INSERT INTO ${this.table} (space, item_id, version, vector)
           SELECT $1, item_id, $2, vector FROM unnest($3::text[], $4::bytea[]) AS given (item_id, vector)
           ON CONFLICT (space, item_id) DO UPDATE SET version = excluded.version, vector = excluded.vector`,
          [
            space,
            version,
            chunk,
            chunk.map((id) => toBytes(vectors, rowOf.get(id)! * dimensions, dimensions)),
          ]
        )
      }
    })
  }

  async remove(space: string, ids: readonly string[]): Promise<void> {
    await this.db.query(`DELETE FROM ${this.table} WHERE space = $1 AND item_id = ANY($2)`, [space, ids])
  }

  /** Reads them page by page, so that the driver holds the event loop for 1 or 2 ms; what is put meanwhile may be missing. */
  async load(
    space: string,
    version: string,
    ids?: readonly string[]
  ): Promise<{ ids: string[]; vectors: Float32Array; dimensions: number }> {
    const which = `space = $1 AND version = $2 AND ($3::text[] IS NULL OR item_id = ANY($3))`
    const [{ count, bytes }] = await this.db.query<{ count: number; bytes: number | null }>(
      `SELECT count(*)::int AS count, max(length(vector)) AS bytes FROM ${this.table} WHERE ${which}`,
      [space, version, ids ?? null]
    )
    const dimensions = (bytes ?? 0) / 4
    const loaded: string[] = []
    const vectors = new Float32Array(count * dimensions)
    while (loaded.length < count) {
      const page = await this.db.query<{ item_id: string; vector: Buffer }>(
        `SELECT item_id, vector FROM ${this.table} WHERE ${which} AND item_id > $4 ORDER BY item_id LIMIT $5`,
        [space, version, ids ?? null, loaded.at(-1) ?? "", Math.min(PAGE, count - loaded.length)]
      )
      if (page.length === 0) break
      for (const { item_id, vector } of page) {
        const from = loaded.push(item_id) * dimensions - dimensions
        for (let i = 0; i < dimensions; i++) vectors[from + i] = vector.readFloatLE(i * 4)
      }
    }
    return { ids: loaded, vectors: vectors.subarray(0, loaded.length * dimensions), dimensions }
  }
}

/** Little-endian on every machine. */
function toBytes(vectors: Float32Array, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length * 4)
  for (let i = 0; i < length; i++) bytes.writeFloatLE(vectors[from + i], i * 4)
  return bytes
}
