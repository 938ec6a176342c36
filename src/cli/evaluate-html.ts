import { METRIC_NAMES, type ModelResult } from "../services/measurement"
import { withInterval, type EvaluationReport } from "./evaluate-report"

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }
const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character])

/** The report as one page without scripts: a plot of each metric with its interval, and the table behind it. */
export function htmlReport(report: EvaluationReport): string {
  const title = `Evaluation on ${report.data.folder}, ${report.protocol}`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escape(title)}</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1a1a }
  table { border-collapse: collapse; width: 100%; margin: 1rem 0; font-variant-numeric: tabular-nums }
  th, td { border-bottom: 1px solid #ddd; padding: .35rem .5rem; text-align: right; white-space: nowrap }
  th:first-child, td:first-child { text-align: left }
  figure { margin: 1.5rem 0; overflow-x: auto }
  .wide { overflow-x: auto }
</style>
</head>
<body>
<h1>${escape(title)}</h1>
<p>${report.train.sessions} training sessions with ${report.train.interactions} interactions of ${report.train.items}
items; ${report.examples} examples. All items are ranked, ties count against the target. Intervals: 95 % bootstrap
(seed ${report.seed}).</p>
${report.data.notes.map((note) => `<p>Note: ${escape(note)}</p>`).join("\n")}
${METRIC_NAMES.map((name) => plot(name, report)).join("\n")}
<h2>All figures</h2>
<div class="wide">${table(report)}</div>
<h2>By segment</h2>
<div class="wide">${segmentTable(report)}</div>
<h2>Options of this run</h2>
<pre>${escape(JSON.stringify(report.options, null, 2))}</pre>
</body>
</html>
`
}

function plot(name: (typeof METRIC_NAMES)[number], { results, k }: EvaluationReport): string {
  const width = 760
  const left = 150
  const rowHeight = 26
  const highest = Math.max(1e-9, ...results.map(({ metrics }) => metrics[name].high))
  const x = (value: number) => left + ((width - left - 70) * value) / highest
  const rows = results.map(({ model, metrics }, i) => {
    const { mean, low, high } = metrics[name]
    const y = 8 + i * rowHeight
    return `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${escape(model)}</text>
<rect x="${left}" y="${y}" width="${(x(mean) - left).toFixed(1)}" height="18" fill="#7c9ed9"/>
<line x1="${x(low).toFixed(1)}" x2="${x(high).toFixed(1)}" y1="${y + 9}" y2="${y + 9}" stroke="#1a1a1a" stroke-width="2"/>
<text x="${(x(high) + 6).toFixed(1)}" y="${y + 13}">${mean.toFixed(4)}</text>`
  })
  const label = `${name}@${k}`
  return `<figure><figcaption>${label}</figcaption>
<svg role="img" aria-label="${label} by model, figures in the table below" width="${width}" height="${16 + results.length * rowHeight}" font-size="13">
${rows.join("\n")}
</svg></figure>`
}

function table({ results, k, baseline }: EvaluationReport): string {
  const head = [
    "model",
    ...METRIC_NAMES.map((name) => `${name}@${k}`),
    `ndcg@${k} over ${baseline}`,
    "coverage",
    "novelty (bits)",
    "popularity bias",
    "diversity",
    "gini",
    "fit s",
    "processor s",
    "fit MB",
    "p50 ms",
    "p99 ms",
  ]
  const row = ({ model, metrics, overBaseline, quality, ...cost }: ModelResult) => [
    model,
    ...METRIC_NAMES.map((name) => withInterval(metrics[name])),
    overBaseline ? withInterval(overBaseline.ndcg) : "–",
    quality.coverage.toFixed(4),
    quality.novelty.toFixed(2),
    quality.popularityBias.toFixed(4),
    quality.diversity?.toFixed(4) ?? "–",
    quality.gini.toFixed(4),
    cost.fitSeconds.toFixed(1),
    cost.fitProcessorSeconds.toFixed(1),
    cost.fitMegabytes.toFixed(0),
    cost.milliseconds.p50.toFixed(3),
    cost.milliseconds.p99.toFixed(3),
  ]
  return rows(head, results.map(row))
}

function segmentTable({ results, k }: EvaluationReport): string {
  const head = ["segment", "model", "examples", ...METRIC_NAMES.map((name) => `${name}@${k}`)]
  const names = results[0]?.segments.map(({ segment }) => segment) ?? []
  const lines = names.flatMap((name) =>
    results.map(({ model, segments }) => {
      const { examples, metrics } = segments.find(({ segment }) => segment === name)!
      return [name, model, String(examples), ...METRIC_NAMES.map((metric) => withInterval(metrics[metric]))]
    })
  )
  return rows(head, lines)
}

function rows(head: string[], lines: string[][]): string {
  const cells = (values: string[], tag: string) =>
    `<tr>${values.map((v) => `<${tag}>${escape(v)}</${tag}>`).join("")}</tr>`
  return `<table><thead>${cells(head, "th")}</thead><tbody>${lines.map((line) => cells(line, "td")).join("")}</tbody></table>`
}
