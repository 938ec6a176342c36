import { Counter, Gauge, Histogram, Registry } from "prom-client"
import type { Labels, Metrics } from "../../services/lib"

const PREFIX = "personalization_"
/** Seconds; dense around the budgets of a shopper's request. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10, 60]

/** Metrics on prom-client, in a registry of its own so that the host's metrics stay apart. */
export class PrometheusMetrics implements Metrics {
  private readonly registry = new Registry()
  private readonly counters = new Map<string, Counter>()
  private readonly gauges = new Map<string, Gauge>()
  private readonly histograms = new Map<string, Histogram>()

  count(name: string, labels: Labels = {}, by = 1): void {
    this.instrument(this.counters, Counter, name, labels).inc(labels, by)
  }

  gauge(name: string, value: number, labels: Labels = {}): void {
    this.instrument(this.gauges, Gauge, name, labels).set(labels, value)
  }

  observe(name: string, seconds: number, labels: Labels = {}): void {
    this.instrument(this.histograms, Histogram, name, labels).observe(labels, seconds)
  }

  /** The Prometheus exposition text. */
  text(): Promise<string> {
    return this.registry.metrics()
  }

  /** Sum of a counter over all its labels; 0 when it never counted. */
  async total(name: string): Promise<number> {
    const metric = await this.counters.get(name)?.get()
    return (metric?.values ?? []).reduce((sum, { value }) => sum + value, 0)
  }

  private instrument<T>(
    held: Map<string, T>,
    Kind: new (config: never) => T,
    name: string,
    labels: Labels
  ): T {
    const known = held.get(name)
    if (known) return known
    const config = {
      name: PREFIX + name,
      help: name.replaceAll("_", " "),
      labelNames: Object.keys(labels),
      registers: [this.registry],
      ...((Kind as unknown) === Histogram ? { buckets: BUCKETS } : {}),
    }
    const made = new Kind(config as never)
    held.set(name, made)
    return made
  }
}
