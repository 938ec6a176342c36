import type { DataSource } from "typeorm"
import type { CatalogStore, Product } from "../../services/features"
import { Database, type Query } from "./database"

const PAGE = 1_000

/**
 * Products as documents. Every change takes the next version under a lock, so that the order of versions
 * is the order of commit and a reader that remembers the last one misses nothing.
 */
export class PostgresCatalogStore implements CatalogStore {
  private readonly db: Database
  private readonly table: string
  private readonly nextVersion: string

  constructor(dataSource: DataSource) {
    this.db = new Database(dataSource)
    this.table = this.db.name("items")
    this.nextVersion = `nextval('${this.db.name("item_version")}')`
  }

  async *load(): AsyncIterable<readonly Product[]> {
    let after = ""
    for (;;) {
      const rows = await this.db.query<{ product: Product }>(
        `SELECT product FROM ${this.table} WHERE id > $1 AND product IS NOT NULL ORDER BY id LIMIT ${PAGE}`,
        [after]
      )
      if (rows.length === 0) return
      after = rows[rows.length - 1].product.id
      yield rows.map(({ product }) => product)
    }
  }

  async upsert(products: readonly Product[]): Promise<void> {
    // Of a product that is named twice the last counts: one statement cannot update a row twice.
    const byId = new Map(products.map((product) => [product.id, JSON.stringify(product)]))
    if (byId.size === 0) return
    await this.db.transaction(async (query) => {
      await this.lock(query)
      await query(
        `INSERT INTO ${this.table} AS held (id, product, version)
         SELECT id, product, ${this.nextVersion} FROM unnest($1::text[], $2::jsonb[]) AS given (id, product)
         ON CONFLICT (id) DO UPDATE SET product = excluded.product, version = excluded.version, updated_at = now()
           WHERE held.product IS DISTINCT FROM excluded.product`,
        [[...byId.keys()], [...byId.values()]]
      )
    })
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.db.transaction(async (query) => {
      await this.lock(query)
      await query(
        `UPDATE ${this.table} SET product = NULL, fingerprint = NULL, version = ${this.nextVersion}, updated_at = now()
         WHERE id = ANY($1) AND product IS NOT NULL`,
        [ids]
      )
    })
  }

  async changes(
    cursor: string | undefined
  ): Promise<{ cursor: string; upserted: Product[]; removed: string[] }> {
    const rows = await this.db.query<{ id: string; product: Product | null; version: string }>(
      `SELECT id, product, version FROM ${this.table} WHERE version > $1 ORDER BY version LIMIT ${PAGE}`,
      [cursor ?? "0"]
    )
    return {
      cursor: rows.at(-1)?.version ?? cursor ?? "0",
      upserted: rows.flatMap(({ product }) => (product ? [product] : [])),
      removed: rows.filter(({ product }) => !product).map(({ id }) => id),
    }
  }

  async fingerprints(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.db.query<{ id: string; fingerprint: string }>(
      `SELECT id, fingerprint FROM ${this.table} WHERE id = ANY($1) AND product IS NOT NULL AND fingerprint IS NOT NULL`,
      [ids]
    )
    return new Map(rows.map(({ id, fingerprint }) => [id, fingerprint]))
  }

  async keepFingerprints(fingerprints: ReadonlyMap<string, string>): Promise<void> {
    // Under the lock, for the rows are taken in another order than where products are written.
    await this.db.transaction(async (query) => {
      await this.lock(query)
      await query(
        `UPDATE ${this.table} AS held SET fingerprint = given.fingerprint
         FROM unnest($1::text[], $2::text[]) AS given (id, fingerprint)
         WHERE held.id = given.id AND held.product IS NOT NULL`,
        [[...fingerprints.keys()], [...fingerprints.values()]]
      )
    })
  }

  private async lock(query: Query): Promise<void> {
    await query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`${this.db.schema}_items`])
  }
}
