import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"
import { PersonalizationError, type Metrics } from "../lib"

/** What is limited: an address, a publishable key, a visitor. */
export type LimitedBy = "ip" | "key" | "visitor"

/** Takes points from what a key has within a minute; rejects with a `RateLimiterRes` when there are too few. */
export interface Limiter {
  consume(key: string, points: number): Promise<unknown>
}

/** Makes the limiter of one kind: so many `points` within a minute. */
export type LimiterFactory = (by: LimitedBy, points: number) => Limiter

const WINDOW_SECONDS = 60

export const memoryLimiter: LimiterFactory = (by, points) =>
  new RateLimiterMemory({ keyPrefix: by, points, duration: WINDOW_SECONDS })

/** How many events may come within a minute, by address, key and visitor; in this order, the widest net first. */
export class RateLimits {
  private readonly limiters: readonly (readonly [LimitedBy, Limiter])[]

  constructor(
    points: Readonly<Record<LimitedBy, number>>,
    private readonly metrics: Metrics,
    make: LimiterFactory = memoryLimiter
  ) {
    this.limiters = (["ip", "key", "visitor"] as const).map((by) => [by, make(by, points[by])] as const)
  }

  /**
   * Takes what a batch of so many events needs.
   * @throws PersonalizationError `overloaded` with `retryAfter` when it is not there
   */
  async take(keys: Partial<Record<LimitedBy, string>>, events: number): Promise<void> {
    for (const [by, limiter] of this.limiters) {
      const key = keys[by]
      if (key === undefined) continue
      try {
        await limiter.consume(key, events)
      } catch (reached) {
        if (!(reached instanceof RateLimiterRes)) throw reached
        this.metrics.count("events_overloaded_total", { by }, events)
        throw new PersonalizationError("overloaded", `too many events of one ${by} within a minute`, {
          retryAfter: Math.max(1, Math.ceil(reached.msBeforeNext / 1_000)),
        })
      }
    }
  }
}
