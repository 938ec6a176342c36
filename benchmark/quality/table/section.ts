import type { EvaluationReport } from "../../../src/cli/evaluate-report"

export interface Run {
  set: string
  protocol: string
  k: number
}

/** A model's report on one set, or why there is none. */
export type Row = { model: string } & ({ report: EvaluationReport } | { missing: string })

const COSTS = ["fit s", "processor s", "fit MB", "list p50 ms", "p99 ms"]

/** The table of all models on one set, in markdown; the best by nDCG is bold. */
export function sectionOf({ set, protocol, k }: Run, rows: readonly Row[]): string {
  const measured = rows.flatMap((row) => ("report" in row ? [row.report] : []))
  const head = ["model", `HR@${k}`, `MRR@${k}`, `nDCG@${k}`, `Recall@${k}`, "coverage", ...COSTS]
  const best = Math.max(...rows.map((row) => resultOf(row)?.metrics.ndcg.mean ?? 0))
  const lines = rows.map((row) => {
    const result = resultOf(row)
    if (!result)
      return line([row.model, "missing" in row ? row.missing : "no result", ...head.slice(2).fill("")])
    const { metrics, quality, empty, fitSeconds, fitProcessorSeconds, fitMegabytes, milliseconds } = result
    if (empty === measured[0].examples)
      return line([row.model, "has nothing to learn from here", ...head.slice(2).fill("")])
    const { mean, low, high } = metrics.hr
    return line([
      metrics.ndcg.mean === best ? `**${row.model}**` : row.model,
      `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`,
      ...([metrics.mrr, metrics.ndcg, metrics.recall] as const).map((metric) => metric.mean.toFixed(4)),
      quality.coverage.toFixed(3),
      fitSeconds.toFixed(1),
      fitProcessorSeconds.toFixed(1),
      fitMegabytes.toFixed(0),
      milliseconds.p50.toFixed(2),
      milliseconds.p99.toFixed(2),
    ])
  })
  const examples = measured.length > 0 ? ` (${measured[0].examples} examples)` : ""
  const options = new Set(measured.flatMap(({ options }) => optionsOf(options)))
  const said = new Set(measured.flatMap(({ log }) => log))
  return [
    `### ${set}, ${protocol}${examples}`,
    "",
    line(head),
    line(head.map(() => "---")),
    ...lines,
    ...(options.size > 0 ? ["", `Options other than the defaults: ${[...options].join(", ")}.`] : []),
    ...(said.size > 0 ? ["", `Said while learning: ${[...said].join("; ")}.`] : []),
  ].join("\n")
}

const resultOf = (row: Row) =>
  "report" in row ? row.report.results.find(({ model }) => model === row.model) : undefined

const optionsOf = (options: EvaluationReport["options"]): string[] =>
  Object.entries(options).flatMap(([model, own]) =>
    Object.entries(own).map(([name, value]) => `\`${model}.${name}=${String(value)}\``)
  )

const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`
