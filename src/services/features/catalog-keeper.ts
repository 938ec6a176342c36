import { isDeepStrictEqual } from "node:util"
import { noMetrics, silentLogger, type Logger, type Metrics } from "../lib"
import type { Catalog, Product } from "./catalog"
import type { CatalogStore } from "./catalog-store.port"

export interface CatalogChange {
  upserted: readonly Product[]
  removed: readonly string[]
}

export interface CatalogKeeperDependencies {
  store: CatalogStore
  logger?: Logger
  metrics?: Metrics
  /** How often other processes' changes are looked for. */
  pollSeconds?: number
}

/** The catalogue in memory, kept in step with its store: own writes at once, others' by polling. */
export class CatalogKeeper implements Catalog {
  private readonly products = new Map<string, Product>()
  private readonly listeners = new Set<(change: CatalogChange) => void>()
  private readonly logger: Logger
  private readonly metrics: Metrics
  private cursor: string | undefined
  private timer: NodeJS.Timeout | undefined
  private polling: Promise<void> | undefined
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
    const every = (this.dependencies.pollSeconds ?? 5) * 1_000
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
    this.take({ upserted: products, removed: [] })
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.dependencies.store.remove(ids)
    this.take({ upserted: [], removed: ids })
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
      this.take({ upserted, removed })
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
  private take({ upserted, removed }: CatalogChange): void {
    // As plain JSON, the form in which a product comes back from the store: without `undefined` values.
    const changed = upserted
      .map((product) => JSON.parse(JSON.stringify(product)) as Product)
      .filter((product) => !isDeepStrictEqual(this.products.get(product.id), product))
    const gone = removed.filter((id) => this.products.has(id))
    if (changed.length + gone.length === 0) return
    for (const product of changed) this.products.set(product.id, product)
    for (const id of gone) this.products.delete(id)
    this.version++
    for (const listener of this.listeners) listener({ upserted: changed, removed: gone })
  }
}
