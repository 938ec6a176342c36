import type { CatalogStore, Product } from "../../services/features"

interface Row {
  /** As JSON, as a database keeps it; undefined: removed. */
  product: string | undefined
  version: number
  fingerprint?: string
}

/** The catalogue of one process; removed products leave a mark, so that `changes` can tell of them. */
export class MemoryCatalogStore implements CatalogStore {
  private readonly rows = new Map<string, Row>()
  private version = 0

  async *load(): AsyncIterable<readonly Product[]> {
    const products = [...this.rows.values()].flatMap(({ product }) => (product ? [read(product)] : []))
    if (products.length > 0) yield products
  }

  async upsert(products: readonly Product[]): Promise<void> {
    for (const product of products)
      this.rows.set(product.id, {
        product: JSON.stringify(product),
        version: ++this.version,
        fingerprint: this.rows.get(product.id)?.fingerprint,
      })
  }

  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids)
      if (this.rows.get(id)?.product) this.rows.set(id, { product: undefined, version: ++this.version })
  }

  async changes(
    cursor: string | undefined
  ): Promise<{ cursor: string; upserted: Product[]; removed: string[] }> {
    const since = Number(cursor ?? 0)
    const upserted: Product[] = []
    const removed: string[] = []
    // Asked twice a second.
    if (since === this.version) return { cursor: String(since), upserted, removed }
    for (const [id, { product, version }] of this.rows) {
      if (version <= since) continue
      if (product) upserted.push(read(product))
      else removed.push(id)
    }
    return { cursor: String(this.version), upserted, removed }
  }

  async fingerprints(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>()
    for (const id of ids) {
      const { product, fingerprint } = this.rows.get(id) ?? {}
      if (product && fingerprint !== undefined) found.set(id, fingerprint)
    }
    return found
  }

  async keepFingerprints(fingerprints: ReadonlyMap<string, string>): Promise<void> {
    for (const [id, fingerprint] of fingerprints) {
      const row = this.rows.get(id)
      if (row?.product) row.fingerprint = fingerprint
    }
  }
}

const read = (product: string): Product => JSON.parse(product) as Product
