/**
 * Measures all models on all data sets and writes the table into docs/quality.md:
 * npx tsx benchmark/quality/table.ts <folder of the data sets> [folder for the reports] [names of sets, comma-separated]
 * A report that is already in that folder is not made again. One process per data set, one after the other; all of them
 * take some hours, most of it for the networks on diginetica.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { EvaluationReport } from "../../src/cli/evaluate-report"

const ROOT = join(__dirname, "../..")
const PAGE = join(ROOT, "docs/quality.md")
const [BEGIN, END] = ["<!-- all models: begin -->", "<!-- all models: end -->"]

const RUNS: readonly { set: string; protocol: string; k: number }[] = [
  { set: "diginetica", protocol: "next-item", k: 20 },
  { set: "serenade_example", protocol: "next-item", k: 20 },
  { set: "rsc15_100k", protocol: "next-item", k: 20 },
  { set: "amazon_beauty", protocol: "leave-one-out", k: 10 },
  { set: "online_retail_2010", protocol: "temporal", k: 10 },
  { set: "online_retail_2010", protocol: "basket", k: 10 },
]

function measure(
  data: string,
  reports: string,
  { set, protocol, k }: (typeof RUNS)[number]
): EvaluationReport {
  const file = join(reports, `${set}.${protocol}.json`)
  if (!existsSync(file)) {
    const args = [
      "src/cli/index.ts",
      "evaluate",
      "--data",
      join(data, set),
      "--protocol",
      protocol,
      "--k",
      String(k),
    ]
    const html = join(reports, `${set}.${protocol}.html`)
    const run = spawnSync("npx", ["tsx", ...args, "--json", file, "--html", html], {
      cwd: ROOT,
      stdio: "inherit",
    })
    if (run.status !== 0) throw new Error(`evaluate on ${set} ended with ${run.status}`)
  }
  return JSON.parse(readFileSync(file, "utf8")) as EvaluationReport
}

function table({ results, k, protocol, data, examples }: EvaluationReport): string {
  const head = [
    `HR@${k}`,
    `MRR@${k}`,
    `nDCG@${k}`,
    `Recall@${k}`,
    "coverage",
    "fit s",
    "fit MB",
    "p50 ms",
    "p99 ms",
  ]
  const best = Math.max(...results.map(({ metrics }) => metrics.ndcg.mean))
  const lines = results.map(({ model, metrics, quality, fitSeconds, fitMegabytes, milliseconds }) => {
    const name = metrics.ndcg.mean === best ? `**${model}**` : model
    const { low, high } = metrics.hr
    return [
      name,
      `${metrics.hr.mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`,
      ...([metrics.mrr, metrics.ndcg, metrics.recall] as const).map(({ mean }) => mean.toFixed(4)),
      quality.coverage.toFixed(3),
      fitSeconds.toFixed(1),
      fitMegabytes.toFixed(0),
      milliseconds.p50.toFixed(2),
      milliseconds.p99.toFixed(2),
    ]
  })
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`
  const rule = row(["---", ...head.map(() => "---")])
  return [
    `### ${data.folder}, ${protocol} (${examples} examples)`,
    "",
    row(["model", ...head]),
    rule,
    ...lines.map(row),
  ].join("\n")
}

function main([data, reports = join(ROOT, "reports/quality"), sets]: string[]) {
  if (!data) throw new Error("name the folder that holds the data sets")
  mkdirSync(reports, { recursive: true })
  const wanted = sets?.split(",") ?? RUNS.map(({ set }) => set)
  const made = RUNS.filter(({ set }) => wanted.includes(set)).map((run) => table(measure(data, reports, run)))
  const page = readFileSync(PAGE, "utf8")
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`docs/quality.md has no ${BEGIN} … ${END}`)
  writeFileSync(PAGE, `${page.slice(0, from + BEGIN.length)}\n\n${made.join("\n\n")}\n\n${page.slice(to)}`)
  spawnSync("npx", ["prettier", "--write", PAGE], { cwd: ROOT, stdio: "inherit" })
}

main(process.argv.slice(2))
