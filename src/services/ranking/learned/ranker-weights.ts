import type { Logger, Metrics } from "../../lib"
import { Learner } from "./learner"
import type { RankerStore } from "./ranker-store.port"
import type { Scorer } from "./fit-ranker"

export interface RankerWeightsParts {
  store: Pick<RankerStore, "load" | "revision">
  logger: Logger
  metrics: Metrics
  /** How often the store is looked at, ms. */
  refreshMs: number
}

/** The weights that make lists in this process, held in memory and refreshed beside the requests. */
export class RankerWeights {
  private scorer: Scorer | undefined
  private revision = 0
  private timer: ReturnType<typeof setInterval> | undefined
  private failing = false

  constructor(private readonly parts: RankerWeightsParts) {}

  async start(): Promise<void> {
    await this.refresh()
    clearInterval(this.timer)
    this.timer = setInterval(() => void this.refresh(), this.parts.refreshMs)
    this.timer.unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** Undefined: the fixed blend is to make the list. */
  current(): Scorer | undefined {
    return this.scorer
  }

  /** Takes over what is stored. Never rejects: what was known goes on. */
  async refresh(): Promise<void> {
    const { store, logger, metrics } = this.parts
    try {
      const revision = await store.revision()
      if (revision === this.revision) return
      const state = await store.load()
      const learner = state && new Learner(state)
      const weights = learner?.best
      this.scorer = weights && { weights, stack: learner.stack }
      this.revision = state?.revision ?? 0
      this.failing = false
    } catch (error) {
      metrics.count("ranker_refresh_failures_total")
      if (!this.failing)
        logger.warn(`The ranker's weights could not be read; the last go on: ${String(error)}`)
      this.failing = true
    }
  }
}
