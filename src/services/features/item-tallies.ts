import { nextTurn, noMetrics, silentLogger, type Clock, type Logger, type Metrics } from "../lib"
import type { Catalog } from "./catalog"
import type { Tally } from "./definitions/item-ctr"
import type { FeatureStore } from "./feature-store.port"
import { itemKeys, readTally } from "./read-features"

export interface ItemTalliesDependencies {
  catalog: Catalog
  features: Pick<FeatureStore, "getMany">
  clock: Clock
  /** Whether anybody asks: while not, nothing is read. */
  needed(): boolean
  metrics?: Metrics
  logger?: Logger
  /** Default 60,000 ms. */
  refreshMs?: number
}

/** Products read in one go. */
const SLICE = 500
/** Of a product that no recommendation has shown yet. */
export const NEVER_SHOWN: Tally = Object.freeze({ shown: 0, clicked: 0 })

/**
 * How often each product was shown and clicked, copied out of the feature store every minute: a request weighs hundreds of
 * candidates, and must not read hundreds of records.
 */
export class ItemTallies {
  private tallies: ReadonlyMap<string, Tally> = new Map()
  private timer: NodeJS.Timeout | undefined
  private reading: Promise<void> | undefined

  constructor(private readonly dependencies: ItemTalliesDependencies) {}

  start(): void {
    clearInterval(this.timer)
    this.timer = setInterval(() => void this.refresh(), this.dependencies.refreshMs ?? 60_000)
    this.timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.reading
  }

  of(productId: string): Tally {
    return this.tallies.get(productId) ?? NEVER_SHOWN
  }

  /** Reads all products, slice by slice. Never rejects: what was known goes on. */
  async refresh(): Promise<void> {
    if (!this.dependencies.needed()) return
    const { metrics = noMetrics, logger = silentLogger } = this.dependencies
    this.reading ??= this.read()
      .catch((error: Error) => {
        metrics.count("item_tally_failures_total")
        logger.warn(`how often products were shown could not be read; it is tried again: ${error.message}`)
      })
      .finally(() => (this.reading = undefined))
    await this.reading
  }

  private async read(): Promise<void> {
    const { catalog, features, clock } = this.dependencies
    const ids = Array.from(catalog.all(), ({ id }) => id)
    const now = clock.now()
    const tallies = new Map<string, Tally>()
    for (let from = 0; from < ids.length; from += SLICE) {
      if (from > 0) await nextTurn()
      const slice = ids.slice(from, from + SLICE)
      const records = await features.getMany(itemKeys(slice))
      for (const id of slice) {
        const tally = readTally(records, id, now)
        if (tally.shown + tally.clicked > 0) tallies.set(id, tally)
      }
    }
    this.tallies = tallies
  }
}
