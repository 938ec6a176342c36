/**
 * Measures all models on all data sets and writes the table into docs/quality.md:
 *
 *   npx tsx benchmark/quality/table.ts <folder of the data sets> [folder for the reports] [--sets a,b] [--models a,b]
 *     [--option model.key=value]... [--minutes 120] [--write-only]
 *
 * One process per set, protocol and model, one after the other, and one report of each, which is not made again while
 * it lies in the folder: what ended too soon goes on where it was. All of them take some hours, most of it for the
 * networks on diginetica. What failed, or took longer than `--minutes`, is told in the table. `--write-only` makes the
 * table of the reports that there are.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import type { EvaluationReport } from "../../src/cli/evaluate-report"
import { MODELS } from "../../src/services/models"
import { sectionOf, type Run, type Row } from "./table/section"

const ROOT = join(__dirname, "../..")
const PAGE = join(ROOT, "docs/quality.md")
const [BEGIN, END] = ["<!-- all models: begin -->", "<!-- all models: end -->"]

/** The quickest first. */
const RUNS: readonly Run[] = [
  { set: "serenade_example", protocol: "next-item", k: 20 },
  { set: "rsc15_100k", protocol: "next-item", k: 20 },
  { set: "online_retail_2010", protocol: "temporal", k: 10 },
  { set: "online_retail_2010", protocol: "basket", k: 10 },
  { set: "amazon_beauty", protocol: "leave-one-out", k: 10 },
  { set: "diginetica", protocol: "next-item", k: 20 },
]

interface Limits {
  minutes: number
  /** Options of the models, as `evaluate` takes them. */
  options: readonly string[]
}

function measure(
  data: string,
  { set, protocol, k }: Run,
  model: string,
  files: Files,
  { minutes, options }: Limits
) {
  const args = ["evaluate", "--data", join(data, set), "--protocol", protocol, "--k", String(k)]
  for (const option of options) if (option.startsWith(`${model}.`)) args.push("--option", option)
  const run = spawnSync(
    process.execPath,
    ["--import", "tsx", "src/cli/index.ts", ...args, "--models", model, "--json", files.report],
    { cwd: ROOT, stdio: ["ignore", "inherit", "pipe"], encoding: "utf8", timeout: minutes * 60_000 }
  )
  process.stderr.write(run.stderr)
  if (run.status === 0) return rmSync(files.failure, { force: true })
  const isLate = (run.error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT"
  // Somebody ended it: that says nothing of the model.
  if (run.signal && !isLate) throw new Error(`evaluate on ${set} was ended by ${run.signal}`)
  const said = run.stderr.trim().split("\n").at(-1)
  writeFileSync(files.failure, isLate ? `took longer than ${minutes} minutes` : `ended with ${said}`)
}

interface Files {
  report: string
  /** Says why there is no report. */
  failure: string
}

function filesOf(reports: string, { set, protocol }: Run, model: string): Files {
  const name = join(reports, `${set}.${protocol}.${model}`)
  return { report: `${name}.json`, failure: `${name}.txt` }
}

function rowOf(model: string, { report, failure }: Files): Row {
  if (existsSync(report))
    return { model, report: JSON.parse(readFileSync(report, "utf8")) as EvaluationReport }
  return { model, missing: existsSync(failure) ? readFileSync(failure, "utf8") : "not measured yet" }
}

function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sets: { type: "string" },
      models: { type: "string" },
      option: { type: "string", multiple: true, default: [] },
      minutes: { type: "string", default: "120" },
      "write-only": { type: "boolean", default: false },
    },
  })
  const [data, reports = join(ROOT, "reports/quality")] = positionals
  if (!data) throw new Error("name the folder that holds the data sets")
  mkdirSync(reports, { recursive: true })
  const models = MODELS.map(({ name }) => name)
  const limits = { minutes: Number(values.minutes), options: values.option }
  const isAsked = (list: string | undefined, name: string) => !list || list.split(",").includes(name)
  for (const run of RUNS) {
    for (const model of models) {
      const files = filesOf(reports, run, model)
      if (values["write-only"] || !isAsked(values.sets, run.set) || !isAsked(values.models, model)) continue
      if (!existsSync(files.report)) measure(data, run, model, files, limits)
    }
  }
  const sections = RUNS.map((run) =>
    sectionOf(
      run,
      models.map((model) => rowOf(model, filesOf(reports, run, model)))
    )
  )
  const page = readFileSync(PAGE, "utf8")
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < from) throw new Error(`docs/quality.md has no ${BEGIN} … ${END}`)
  writeFileSync(
    PAGE,
    `${page.slice(0, from + BEGIN.length)}\n\n${sections.join("\n\n")}\n\n${page.slice(to)}`
  )
  spawnSync("npx", ["prettier", "--write", PAGE], { cwd: ROOT, stdio: "inherit" })
}

main()
