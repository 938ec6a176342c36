import type { DataSource } from "typeorm"
import { PersonalizationError } from "../../services/lib"
import type { ItemVectorStore } from "../../services/retrieval"
import { Database } from "./database"

/** Vectors per statement: 1,000 × 64 × 4 bytes is a quarter of a megabyte. */
const CHUNK = 1_000

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

  async load(
    space: string,
    version: string,
    ids?: readonly string[]
  ): Promise<{ ids: string[]; vectors: Float32Array; dimensions: number }> {
    const rows = await this.db.query<{ item_id: string; vector: Buffer }>(
      `SELECT item_id, vector FROM ${this.table}
       WHERE space = $1 AND version = $2 AND ($3::text[] IS NULL OR item_id = ANY($3)) ORDER BY item_id COLLATE "C"`,
      [space, version, ids ?? null]
    )
    const dimensions = rows.length === 0 ? 0 : rows[0].vector.length / 4
    const vectors = new Float32Array(rows.length * dimensions)
    rows.forEach(({ vector }, row) => {
      for (let i = 0; i < dimensions; i++) vectors[row * dimensions + i] = vector.readFloatLE(i * 4)
    })
    return { ids: rows.map((row) => row.item_id), vectors, dimensions }
  }
}

/** Little-endian on every machine. */
function toBytes(vectors: Float32Array, from: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length * 4)
  for (let i = 0; i < length; i++) bytes.writeFloatLE(vectors[from + i], i * 4)
  return bytes
}
