import type { Interval } from "../services/lib"
import { METRIC_NAMES, type ModelResult } from "../services/measurement"

/** What `evaluate` found, as it is written to `--json`. */
export interface EvaluationReport {
  data: { folder: string; shape: string; notes: readonly string[] }
  protocol: string
  k: number
  seed: number
  train: { sessions: number; interactions: number; items: number }
  examples: number
  /** Model that the others are compared with. */
  baseline: string
  /** Options given for this run, by model. */
  options: Record<string, Record<string, unknown>>
  /** What the models said while they learned, e.g. by which trainer. */
  log: readonly string[]
  results: ModelResult[]
}

const shown = (value: number): string => value.toFixed(4)

/** `0.1234 [0.1200, 0.1270]` */
export const withInterval = ({ mean, low, high }: Interval): string =>
  `${shown(mean)} [${shown(low)}, ${shown(high)}]`

/** Prints the report as a table for a terminal. */
export function printReport(report: EvaluationReport, print: (line: string) => void): void {
  for (const note of report.data.notes) print(`Note: ${note}`)
  print("")
  const header = [
    "model",
    ...METRIC_NAMES.map((name) => `${name}@${report.k}`),
    "coverage",
    "novelty",
    "popular",
    "empty",
    "fit s",
    "cpu s",
    "fit MB",
    "p50 ms",
    "p99 ms",
  ]
  const rows = report.results.map((result) => [
    result.model,
    ...METRIC_NAMES.map((name) => shown(result.metrics[name].mean)),
    shown(result.quality.coverage),
    result.quality.novelty.toFixed(2),
    shown(result.quality.popularityBias),
    String(result.empty),
    result.fitSeconds.toFixed(1),
    result.fitProcessorSeconds.toFixed(1),
    result.fitMegabytes.toFixed(0),
    result.milliseconds.p50.toFixed(2),
    result.milliseconds.p99.toFixed(2),
  ])
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column].length)))
  for (const row of [header, ...rows])
    print(row.map((cell, column) => cell.padEnd(widths[column])).join("  "))
  print("")
  for (const { model, metrics, overBaseline } of report.results) {
    print(
      `${model}: hr@${report.k} ${withInterval(metrics.hr)}, ndcg@${report.k} ${withInterval(metrics.ndcg)}`
    )
    if (!overBaseline) continue
    const over = (["hr", "ndcg", "recall"] as const).map(
      (name) => `${name} ${withInterval(overBaseline[name])}`
    )
    print(`  over ${report.baseline}: ${over.join(", ")}`)
  }
}
