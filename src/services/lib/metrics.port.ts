/** Labels hold a small, closed set of values; never a product, shopper or request id. */
export type Labels = Record<string, string>

/** Where the engine counts and times what it does. Names come without the `personalization_` prefix. */
export interface Metrics {
  /** Adds to a counter, e.g. `fallback_total{reason}`. */
  count(name: string, labels?: Labels, by?: number): void
  /** Sets a gauge, e.g. `queue_depth`. */
  gauge(name: string, value: number, labels?: Labels): void
  /** Records a duration in seconds, e.g. `request_duration_seconds{placement}`. */
  observe(name: string, seconds: number, labels?: Labels): void
}

export const noMetrics: Metrics = { count() {}, gauge() {}, observe() {} }
