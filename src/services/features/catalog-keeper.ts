import { isDeepStrictEqual } from "node:util"
import { nextTurn, noMetrics, silentLogger, type Logger, type Metrics } from "../lib"
import type { Catalog, Product } from "./catalog"
import type { CatalogStore } from "./catalog-store.port"
import { ProductCards } from "./product-cards"
import { SharedParts } from "./shared-parts"

export interface CatalogChange {
  upserted: readonly Product[]
  removed: readonly string[]
}

export interface CatalogKeeperDependencies {
  store: CatalogStore
  logger?: Logger
  metrics?: Metrics
  /** How often other processes' changes are looked for; a sold-out product must be gone within a second. Default 0.5. */
  pollSeconds?: number
}

/** Products compared and taken in one turn of the event loop: about 1 ms. */
const SLICE = 50

/** The catalogue in memory, kept in step with its store: own writes at once, others' by polling. */
export class CatalogKeeper implements Catalog {
  private readonly products = new Map<string, Product>()
  private readonly parts = new SharedParts()
  private readonly listeners = new Set<(change: CatalogChange) => void>()
  private readonly logger: Logger
  private readonly metrics: Metrics
  private cursor: string | undefined
  private timer: NodeJS.Timeout | undefined
  private polling: Promise<void> | undefined
  /** Changes are taken one after the other: a large one lets requests through, but no later change. */
  private taking: Promise<void> = Promise.resolve()
  readonly cards = new ProductCards()
  version = 0

  constructor(private readonly dependencies: CatalogKeeperDependencies) {
    this.logger = dependencies.logger ?? silentLogger
    this.metrics = dependencies.metrics ?? noMetrics
  }

  get size(): number {
    return this.products.size
  }
  get(id: string): Product | undefined {
    return this.products.get(id)
  }
  has(id: string): boolean {
    return this.products.has(id)
  }
  all(): IterableIterator<Product> {
    return this.products.values()
  }

  /** Loads the catalogue and begins to follow it. */
  async start(): Promise<void> {
    await this.refresh()
    const every = (this.dependencies.pollSeconds ?? 0.5) * 1_000
    clearInterval(this.timer)
    this.timer = setInterval(() => void this.poll(), every)
    this.timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    this.timer = undefined
    await this.polling
  }

  /** Writes to the store, then to memory. */
  async upsert(products: readonly Product[]): Promise<void> {
    await this.dependencies.store.upsert(products)
    await this.take({ upserted: products, removed: [] })
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.dependencies.store.remove(ids)
    await this.take({ upserted: [], removed: ids })
  }

  fingerprints(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.dependencies.store.fingerprints(ids)
  }
  keepFingerprints(fingerprints: ReadonlyMap<string, string>): Promise<void> {
    return this.dependencies.store.keepFingerprints(fingerprints)
  }

  /** Calls the listener after every change; returns how to stop that. */
  onChange(listener: (change: CatalogChange) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Reads what has changed in the store, page by page. */
  async refresh(): Promise<void> {
    for (;;) {
      const { cursor, upserted, removed } = await this.dependencies.store.changes(this.cursor)
      this.cursor = cursor
      if (upserted.length + removed.length === 0) return
      await this.take({ upserted, removed })
    }
  }

  private async poll(): Promise<void> {
    if (this.polling) return
    this.polling = this.refresh().catch((error: Error) => {
      this.metrics.count("catalog_poll_errors_total")
      this.logger.warn(`catalogue: reading changes failed, will try again: ${error.message}`)
    })
    await this.polling
    this.polling = undefined
  }

  /** Takes what is really different: own writes come back once more by polling. */
  private take(change: CatalogChange): Promise<void> {
    const taken = this.taking.then(() => this.takeInSlices(change))
    this.taking = taken.catch(() => undefined)
    return taken
  }

  private async takeInSlices({ upserted, removed }: CatalogChange): Promise<void> {
    for (let from = 0; from < upserted.length; from += SLICE) {
      if (from > 0) await nextTurn()
      const changed = upserted
        .slice(from, from + SLICE)
        // As plain JSON, the form in which a product comes back from the store: without `undefined` values.
        .map((product) => JSON.parse(JSON.stringify(product)) as Product)
        .filter((product) => !isDeepStrictEqual(this.products.get(product.id), product))
      for (const product of changed) {
        this.products.set(product.id, this.parts.share(product))
        this.cards.put(product)
      }
      this.tell({ upserted: changed, removed: [] })
    }
    const gone = removed.filter((id) => this.products.delete(id))
    for (const id of gone) this.cards.remove(id)
    this.tell({ upserted: [], removed: gone })
  }

  private tell(change: CatalogChange): void {
    if (change.upserted.length + change.removed.length === 0) return
    this.version++
    for (const listener of this.listeners) listener(change)
  }
}
