import type { EvaluationReport } from "../../../src/cli/evaluate-report"

export interface Run {
  set: string
  protocol: string
  k: number
}

/** A model's report on one set, or why there is none. */
export type Row = { model: string } & ({ report: EvaluationReport } | { missing: string })

type Result = EvaluationReport["results"][number]

/** The table of all models on one set, in markdown; the best by nDCG is bold, and what is missing is told below. */
export function sectionOf({ set, protocol, k }: Run, rows: readonly Row[]): string {
  const reports = rows.flatMap((row) => ("report" in row ? [row.report] : []))
  const results = rows.flatMap((row) => resultOf(row) ?? [])
  const examples = reports[0]?.examples ?? 0
  const spoken = results.filter(({ empty }) => empty < examples)
  const silent = results.filter(({ empty }) => empty === examples)
  const missing = rows.flatMap((row) => ("missing" in row ? [row] : []))
  const told: [string, string[]][] = [
    ["Nothing to learn from here", silent.map(({ model }) => model)],
    ...[...new Set(missing.map((row) => row.missing))].map((reason): [string, string[]] => [
      `Missing (${reason})`,
      missing.filter((row) => row.missing === reason).map(({ model }) => model),
    ]),
    ["Options other than the defaults", [...new Set(reports.flatMap(({ options }) => optionsOf(options)))]],
    ["Said while learning", [...new Set(reports.flatMap(({ log }) => lastOfEach(log)))]],
  ]
  return [
    `### ${set}, ${protocol}${examples > 0 ? ` (${examples} examples)` : ""}`,
    ...(spoken.length > 0 ? ["", ...tableOf(spoken, k)] : []),
    ...told.flatMap(([what, names]) => (names.length > 0 ? ["", `${what}: ${names.join(", ")}.`] : [])),
  ].join("\n")
}

/** Of lines that differ in numbers only, such as how often a network gets through the data, the last. */
function lastOfEach(lines: readonly string[]): string[] {
  return [...new Map(lines.map((line) => [line.replace(/\d+/g, ""), line])).values()]
}

function tableOf(results: readonly Result[], k: number): string[] {
  const quality = [`HR@${k}`, `MRR@${k}`, `nDCG@${k}`, `Recall@${k}`, "coverage"]
  const head = ["model", ...quality, "fit s", "processor s", "fit MB", "list p50 ms", "p99 ms"]
  const best = Math.max(...results.map(({ metrics }) => metrics.ndcg.mean))
  return [line(head), line(head.map(() => "---")), ...results.map((result) => line(cellsOf(result, best)))]
}

function cellsOf(result: Result, best: number): string[] {
  const { model, metrics, quality, fitSeconds, fitProcessorSeconds, fitMegabytes, milliseconds } = result
  const { mean, low, high } = metrics.hr
  return [
    metrics.ndcg.mean === best ? `**${model}**` : model,
    `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`,
    ...([metrics.mrr, metrics.ndcg, metrics.recall] as const).map((metric) => metric.mean.toFixed(4)),
    quality.coverage.toFixed(3),
    fitSeconds.toFixed(1),
    fitProcessorSeconds.toFixed(1),
    fitMegabytes.toFixed(0),
    milliseconds.p50.toFixed(2),
    milliseconds.p99.toFixed(2),
  ]
}

const resultOf = (row: Row): Result | undefined =>
  "report" in row ? row.report.results.find(({ model }) => model === row.model) : undefined

const optionsOf = (options: EvaluationReport["options"]): string[] =>
  Object.entries(options).flatMap(([model, own]) =>
    Object.entries(own).map(([name, value]) => `\`${model}.${name}=${String(value)}\``)
  )

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`
