import {
  BrokenCircuitError,
  circuitBreaker,
  ConsecutiveBreaker,
  handleAll,
  timeout,
  TimeoutStrategy,
  wrap,
} from "cockatiel"
import { LRUCache } from "lru-cache"
import { noMetrics, silentLogger, systemClock, type Clock, type Logger, type Metrics } from "../lib"
import type { Coordinates } from "./place"

export interface NearbyOptions {
  /** Name of the provider, for metrics and logs. */
  name: string
  /** How long an answer is good, ms. */
  freshMs: number
  /** How long an older answer is better than none, ms. */
  staleMs: number
  /** How long an answer is waited for, ms; requests do not wait at all. */
  timeoutMs: number
  clock?: Clock
  metrics?: Metrics
  logger?: Logger
}

/** Places remembered. */
const PLACES = 10_000
/** A tenth of a degree: some 11 km north to south, and no shopper's home. */
const ROUNDING = 10
/** Questions under way at a time; further ones are left for a later request. */
const AT_A_TIME = 4
const FAILURES = 5
/** How long a provider that failed so often is left alone. */
const REST_MS = 30_000

interface Held<T> {
  value: T
  at: number
}

/**
 * What an outside provider says of places, remembered by place rounded to a tenth of a degree. `get` answers at once
 * with what is known (stale-while-revalidate, RFC 5861) and has what is missing or old asked for beside the request, so
 * a provider that is slow or away costs no request any time. Counts in `context_provider_requests_total{provider,result}`.
 */
export class Nearby<T> {
  private readonly held = new LRUCache<string, Held<T>>({ max: PLACES })
  private readonly asking = new Map<string, Promise<void>>()
  private readonly policy
  private readonly clock: Clock
  private readonly metrics: Metrics
  private readonly logger: Logger

  constructor(
    private readonly ask: (at: Coordinates, signal: AbortSignal) => Promise<T>,
    private readonly options: NearbyOptions
  ) {
    const { clock = systemClock, metrics = noMetrics, logger = silentLogger, timeoutMs } = options
    this.clock = clock
    this.metrics = metrics
    this.logger = logger
    this.policy = wrap(
      circuitBreaker(handleAll, { halfOpenAfter: REST_MS, breaker: new ConsecutiveBreaker(FAILURES) }),
      // Aggressive: what does not heed the signal is not waited for either.
      timeout(timeoutMs, TimeoutStrategy.Aggressive)
    )
  }

  /** What is known of a place; undefined at the first request from it. Never waits, never throws. */
  get({ latitude, longitude }: Coordinates): T | undefined {
    const at = { latitude: rounded(latitude), longitude: rounded(longitude) }
    const key = `${at.latitude} ${at.longitude}`
    const known = this.held.get(key)
    const age = known ? this.clock.now() - known.at : Infinity
    if (age >= this.options.freshMs && this.asking.size < AT_A_TIME && !this.asking.has(key)) {
      this.asking.set(
        key,
        this.refresh(key, at).finally(() => this.asking.delete(key))
      )
    }
    return age < this.options.staleMs ? known!.value : undefined
  }

  /** Resolves when nothing is being asked. */
  async settled(): Promise<void> {
    await Promise.all(this.asking.values())
  }

  private async refresh(key: string, at: Coordinates): Promise<void> {
    const { name } = this.options
    const count = (result: string) =>
      this.metrics.count("context_provider_requests_total", { provider: name, result })
    try {
      const value = await this.policy.execute(({ signal }) => this.ask(at, signal))
      this.held.set(key, { value, at: this.clock.now() })
      count("ok")
    } catch (error) {
      if (error instanceof BrokenCircuitError) return count("left_alone")
      count("failed")
      this.logger.debug(`${name} did not answer: ${String(error)}`)
    }
  }
}

const rounded = (degrees: number): number => Math.round(degrees * ROUNDING) / ROUNDING
