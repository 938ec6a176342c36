/** The model that all others are judged against: what a shop without personalization would show. */
export const BASELINE = "popularity"

export interface MetricCell {
  value: number
  /** 95 % interval, where one was measured. */
  interval?: { low: number; high: number }
  /** Relative change against the baseline's value: 0.5 = half as much again. Absent where it says nothing. */
  lift?: number
}

export interface MetricsRow {
  model: string
  baseline: boolean
  /** In the order of `metrics`. */
  cells: (MetricCell | undefined)[]
}

export interface MetricsTable {
  /** Metric names as measured, e.g. `mrr@20`. */
  metrics: string[]
  /** The baseline first, then the others by the first metric, best first. */
  rows: MetricsRow[]
  /** How many cases the figures rest on, by name, e.g. `examples`; the most that any model was asked. */
  counts: Record<string, number>
}

// Of these more is better, and the baseline is a fair one. Any model covers more of the catalogue than popularity.
const COMPARED = /^(basket_)?(hr|mrr|ndcg|recall|precision|map)@\d+$/
const BOUND = /_(low|high)$/
const COUNT = /examples$/
// What a model costs says nothing about what it is worth.
const COST = /^(validate_seconds|fit_seconds|peak_mb|search_\w+)$/

/**
 * Lays out a version's metrics (model → metric → value) as a table against popularity. `x_low` and `x_high` become
 * the interval of `x`, names that end in `examples` become counts. A value that is not finite is left out.
 */
export function metricsTable(byModel: Record<string, Record<string, number>>): MetricsTable {
  const baseline = byModel[BASELINE] ?? {}
  const names = [...new Set([baseline, ...Object.values(byModel)].flatMap(Object.keys))]
  const metrics = names.filter((name) => !BOUND.test(name) && !COUNT.test(name) && !COST.test(name))
  const rows = Object.entries(byModel)
    .filter(([, values]) => metrics.some((metric) => values[metric] !== undefined))
    .map(([model, values]) => ({
      model,
      baseline: model === BASELINE,
      cells: metrics.map((metric) => cellOf(metric, values, model === BASELINE ? {} : baseline)),
    }))
  const rank = (row: MetricsRow) => (row.baseline ? Infinity : (row.cells[0]?.value ?? -Infinity))
  const most = (name: string) => Math.max(...Object.values(byModel).map((values) => values[name] ?? 0))
  return {
    metrics,
    rows: rows.sort((a, b) => rank(b) - rank(a)),
    counts: Object.fromEntries(names.filter((name) => COUNT.test(name)).map((name) => [name, most(name)])),
  }
}

function cellOf(
  metric: string,
  values: Record<string, number>,
  baseline: Record<string, number>
): MetricCell | undefined {
  const { [metric]: value, [`${metric}_low`]: low, [`${metric}_high`]: high } = values
  if (value === undefined || !Number.isFinite(value)) return undefined
  const cell: MetricCell = { value }
  if (Number.isFinite(low) && Number.isFinite(high)) cell.interval = { low: low!, high: high! }
  const base = baseline[metric]
  if (base !== undefined && base > 0 && COMPARED.test(metric)) cell.lift = value / base - 1
  return cell
}

/** `mrr@20` → its name and the length of the list it was measured on. */
export function splitMetric(metric: string): { name: string; at?: string } {
  const [, name, at] = /^(.*?)@(\d+)$/.exec(metric) ?? [undefined, metric, undefined]
  return { name: name!.toLowerCase(), at }
}
