/** The model that all others are judged against: what a shop without personalization would show. */
export const BASELINE = "popularity"

export interface MetricCell {
  value: number
  /** Relative change against the baseline's value: 0.5 = half as much again. Absent where it says nothing. */
  lift?: number
}

export interface MetricsTable {
  /** Metric names as measured, e.g. `mrr@20`. */
  metrics: string[]
  /** The baseline first, then the others by the first metric, best first. */
  rows: { model: string; baseline: boolean; cells: (MetricCell | undefined)[] }[]
}

// Of these more is better, and the baseline is a fair one. Any model covers more of the catalogue than popularity.
const MORE_IS_BETTER = /^(hr|hit_rate|mrr|ndcg|recall|precision|map)(@\d+)?$/i

/**
 * Lays out a version's metrics (model → metric → value) as a table against popularity.
 * A value that is not a finite number is left out.
 */
export function metricsTable(byModel: Record<string, Record<string, number>>): MetricsTable {
  const baseline = byModel[BASELINE]
  const measured = Object.entries(byModel).filter(([, values]) => Object.keys(values).length > 0)
  const metrics = [...new Set([baseline ?? {}, ...Object.values(byModel)].flatMap(Object.keys))]
  const rows = measured.map(([model, values]) => ({
    model,
    baseline: model === BASELINE,
    cells: metrics.map((metric) => cellOf(metric, values[metric], baseline?.[metric], model === BASELINE)),
  }))
  const key = (row: (typeof rows)[number]) => (row.baseline ? Infinity : (row.cells[0]?.value ?? -Infinity))
  return { metrics, rows: rows.sort((a, b) => key(b) - key(a)) }
}

function cellOf(metric: string, value: number | undefined, base: number | undefined, isBaseline: boolean) {
  if (value === undefined || !Number.isFinite(value)) return undefined
  const comparable = !isBaseline && base !== undefined && base > 0 && MORE_IS_BETTER.test(metric)
  return comparable ? { value, lift: value / base - 1 } : { value }
}

/** `mrr@20` → its name and the length of the list it was measured on. */
export function splitMetric(metric: string): { name: string; at?: string } {
  const [, name, at] = /^(.*?)@(\d+)$/.exec(metric) ?? [undefined, metric, undefined]
  return { name: name!.toLowerCase(), at }
}
