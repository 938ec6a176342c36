import { bootstrapMean, listMetrics, pairedBootstrap, pessimisticRanks, silentLogger } from "../lib"
import type { Interval, ListMetrics, Scored } from "../lib"
import type { FitContext, Model, TrainingData } from "../models"
import type { Example } from "./dataset.port"
import { ListQualityTally, type ListQuality } from "./list-quality"
import { segmentsOf } from "./segments"

export const METRIC_NAMES = ["hr", "mrr", "ndcg", "recall", "map"] as const
export type MetricName = (typeof METRIC_NAMES)[number]

/** Metrics of a part of the examples. */
export interface SegmentResult {
  segment: string
  examples: number
  metrics: Record<MetricName, Interval>
}

export interface ModelResult {
  model: string
  /** Means over the examples with their 95 % bootstrap interval, by metric. */
  metrics: Record<MetricName, Interval>
  /** The same by segment, of those that hold some example but not all. */
  segments: SegmentResult[]
  quality: ListQuality
  /** Examples for which the model had nothing to say. */
  empty: number
  fitSeconds: number
  /** Processor time of the fit in seconds, of all threads: what a busy machine does not change. */
  fitProcessorSeconds: number
  /** What the process held more after the fit than before it, in MB: the model, and what was not yet collected. */
  fitMegabytes: number
  /** Time of one list: mean, and quantiles. */
  milliseconds: { mean: number; p50: number; p90: number; p99: number }
  /** Difference to the baseline on the same examples, by metric; absent for the baseline itself. */
  overBaseline?: Record<MetricName, Interval>
}

export interface EvaluateOptions {
  k: number
  seed: number
  /** Model that the others are compared with. */
  baseline: string
  /** Seconds of a steady clock. */
  now(): number
  /** Processor time of the process in seconds. */
  processor?(): number
  /** Bytes that the process holds. */
  memory?(): number
  /** Told of every list, in the order of the examples, cut at `k`. */
  onList?(model: string, list: readonly Scored[]): void
  onModel?(model: string): void
  /** What the models are trained with. */
  fit?: Pick<FitContext, "logger" | "trainer" | "parallel">
}

type Columns = Record<MetricName, Float64Array>

/**
 * Fits every model on `train` and asks it all `examples`: full ranking of all items, no sampled negatives, ties
 * against the target. Differences to the baseline are bootstrapped in pairs, by the unit of the examples.
 */
export async function evaluate(
  models: readonly Model[],
  train: TrainingData,
  examples: readonly Example[],
  options: EvaluateOptions
): Promise<ModelResult[]> {
  const units = Int32Array.from(examples, ({ unit }) => unit)
  const segments = segmentsOf(train)
    .map(({ name, holds }) => ({
      segment: name,
      rows: examples.flatMap((example, i) => (holds(example) ? [i] : [])),
    }))
    .filter(({ rows }) => rows.length > 0 && rows.length < examples.length)
  const results: ModelResult[] = []
  let baseline: Columns | undefined
  for (const model of models) {
    options.onModel?.(model.name)
    const { columns, ...result } = await evaluateOne(model, train, examples, options)
    if (model.name === options.baseline) baseline = columns
    const bootstrap = { seed: options.seed }
    results.push({
      ...result,
      metrics: byMetric((name) => bootstrapMean(columns[name], units, bootstrap)),
      segments: segments.map(({ segment, rows }) => ({
        segment,
        examples: rows.length,
        metrics: byMetric((name) =>
          bootstrapMean(
            rows.map((row) => columns[name][row]),
            rows.map((row) => units[row]),
            bootstrap
          )
        ),
      })),
      ...(baseline &&
        baseline !== columns && {
          overBaseline: byMetric((name) => pairedBootstrap(columns[name], baseline![name], units, bootstrap)),
        }),
    })
  }
  return results
}

async function evaluateOne(
  model: Model,
  train: TrainingData,
  examples: readonly Example[],
  options: EvaluateOptions
) {
  const held = options.memory?.() ?? 0
  const worked = options.processor?.() ?? 0
  const begun = options.now()
  await model.fit(train, {
    seed: options.seed,
    logger: silentLogger,
    progress() {},
    checkCancelled() {},
    ...options.fit,
  })
  const fitted = options.now()
  const fitProcessorSeconds = (options.processor?.() ?? 0) - worked
  const fitMegabytes = ((options.memory?.() ?? 0) - held) / 1e6
  const columns = byMetric(() => new Float64Array(examples.length))
  const tally = new ListQualityTally(train)
  const times = new Float64Array(examples.length)
  let empty = 0
  examples.forEach((example, i) => {
    const asked = options.now()
    const list = ask(model, example, options.k + 1)
    times[i] = 1000 * (options.now() - asked)
    if (list.length === 0) empty++
    const first = list.slice(0, options.k)
    tally.add(first)
    options.onList?.(model.name, first)
    const metrics: ListMetrics = listMetrics(
      pessimisticRanks(list, new Set(example.targets)),
      example.targets.length,
      options.k
    )
    for (const name of METRIC_NAMES) columns[name][i] = metrics[name]
  })
  const mean = times.reduce((sum, time) => sum + time, 0) / examples.length
  times.sort()
  const quantile = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))]
  return {
    columns,
    model: model.name,
    quality: tally.result(),
    empty,
    fitSeconds: fitted - begun,
    fitProcessorSeconds,
    fitMegabytes,
    milliseconds: { mean, p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) },
  }
}

/** Asks for so many that `k` are left when the excluded ones are out. */
function ask(model: Model, { query, exclude }: Example, k: number): Scored[] {
  if (!exclude?.length) return model.recommend(query, k)
  const out = new Set(exclude)
  return model
    .recommend(query, k + out.size)
    .filter(({ id }) => !out.has(id))
    .slice(0, k)
}

function byMetric<T>(make: (name: MetricName) => T): Record<MetricName, T> {
  return { hr: make("hr"), mrr: make("mrr"), ndcg: make("ndcg"), recall: make("recall"), map: make("map") }
}
