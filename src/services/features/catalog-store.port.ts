import type { Product } from "./catalog"

/** Where the catalogue lives between starts and between processes. */
export interface CatalogStore {
  load(): AsyncIterable<readonly Product[]>
  upsert(products: readonly Product[]): Promise<void>
  remove(ids: readonly string[]): Promise<void>
  /** Products written and ids removed since `cursor` (undefined: from the beginning). */
  changes(cursor: string | undefined): Promise<{ cursor: string; upserted: Product[]; removed: string[] }>
  /** What was kept of those of these products that are held: whether what they were made of has changed since. */
  fingerprints(ids: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Keeps a fingerprint of each of these products, as far as they are held. */
  keepFingerprints(fingerprints: ReadonlyMap<string, string>): Promise<void>
}
