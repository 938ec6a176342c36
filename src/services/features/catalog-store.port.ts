import type { Product } from "./catalog"

/** Where the catalogue lives between starts and between processes. */
export interface CatalogStore {
  load(): AsyncIterable<readonly Product[]>
  upsert(products: readonly Product[]): Promise<void>
  remove(ids: readonly string[]): Promise<void>
  /** Products written and ids removed since `cursor` (undefined: from the beginning). */
  changes(cursor: string | undefined): Promise<{ cursor: string; upserted: Product[]; removed: string[] }>
}
