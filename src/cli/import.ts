import { statSync } from "node:fs"
import { SingleBar } from "cli-progress"
import type { Command } from "commander"
import { runMigrations } from "../modules/personalization/migrations"
import { resolveOptions } from "../modules/personalization/options"
import { postgresStorage } from "../modules/personalization/storage"
import { eventType } from "../services/events"
import { noMetrics, PersonalizationError, silentLogger, systemClock } from "../services/lib"
import { PURPOSES, type Consent } from "../services/privacy"
import { readMapping } from "./import-mapping"
import { ImportRun, type ImportReport } from "./import-run"

const DAY_MS = 86_400_000

interface ImportFlags {
  map?: string
  type: string
  databaseUrl?: string
  schema?: string
  products?: boolean
  salesChannel?: string[]
  cancelledPrefix?: string
  shiftDays: string
  consent: string
  rejected?: string
  migrate?: boolean
}

function consentOf(text: string): Consent {
  const granted = text.split(",").map((purpose) => purpose.trim())
  const unknown = granted.find((purpose) => !(PURPOSES as readonly string[]).includes(purpose))
  if (unknown !== undefined)
    throw new PersonalizationError(
      "invalid_option",
      `--consent: "${unknown}" is none of ${PURPOSES.join(", ")}`
    )
  return Object.fromEntries(
    PURPOSES.map((purpose) => [purpose, granted.includes(purpose)])
  ) as unknown as Consent
}

function typeOf(text: string): string {
  const type = eventType(text)
  if (!type) throw new PersonalizationError("invalid_option", `--type: "${text}" is not a known event type`)
  return type.name
}

function shiftOf(text: string): number {
  const days = Number(text)
  if (!Number.isFinite(days))
    throw new PersonalizationError("invalid_option", "--shift-days: must be a number")
  return days * DAY_MS
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch (cause) {
    throw new PersonalizationError("invalid_option", `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** History that is older than events are kept will be dropped by the shop's housekeeping: say so now. */
function ageNotes({ times }: ImportReport, retentionDays: number): string[] {
  if (!times) return []
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10)
  const age = Math.ceil((systemClock.now() - times.from) / DAY_MS)
  const lines = [`times            ${day(times.from)} to ${day(times.to)}`]
  if (age > retentionDays)
    lines.push(
      `note: the oldest row is ${age} days old, but events.retentionDays is ${retentionDays}: what is older will be`,
      "dropped and not learned from. Raise events.retentionDays and training.windowDays, or use --shift-days."
    )
  return lines
}

/** Plain lines that a person and a script can read. */
export function describe(report: ImportReport, rejectedFile: string, retentionDays: number): string {
  const lines = [
    `rows read        ${report.rows}`,
    `rows imported    ${report.imported}`,
    `rows rejected    ${report.rejected}${report.rejected > 0 ? `  (${rejectedFile})` : ""}`,
    ...Object.entries(report.reasons).map(([reason, rows]) => `  ${rows} × ${reason}`),
    `events           ${report.newEvents + report.knownEvents} (${report.newEvents} new, ${report.knownEvents} known before)`,
    ...Object.entries(report.events).map(([type, events]) => `  ${events} × ${type}`),
    `products         ${report.products}`,
    ...ageNotes(report, retentionDays),
    `time             ${report.seconds.toFixed(1)} s, ${Math.round(report.rows / report.seconds)} rows/s`,
  ]
  return lines.join("\n")
}

async function importFiles(files: readonly string[], flags: ImportFlags): Promise<void> {
  const url = flags.databaseUrl ?? process.env.DATABASE_URL
  if (!url)
    throw new PersonalizationError("invalid_option", "no database: give --database-url or set DATABASE_URL")
  const options = JSON.parse(process.env.PERSONALIZATION_OPTIONS ?? "{}") as { postgres?: object }
  const { postgres, events } = resolveOptions({
    ...options,
    postgres: { ...options.postgres, url, ...(flags.schema && { schema: flags.schema }) },
  })
  const rejectedFile = flags.rejected ?? `${files[0].replace(/^.*\//, "")}.rejected.jsonl`
  const plan = {
    files,
    mapping: readMapping(flags.map),
    rules: {
      type: typeOf(flags.type),
      cancelledPrefix: flags.cancelledPrefix,
      shift: shiftOf(flags.shiftDays),
      consent: consentOf(flags.consent),
    },
    products: flags.products ? { salesChannelIds: flags.salesChannel ?? [] } : undefined,
    rejectedFile,
  }
  const total = files.reduce((sum, file) => sum + sizeOf(file), 0)
  if (flags.migrate) await runMigrations({ options: { postgres } })
  const storage = postgresStorage(
    { url, schema: postgres.schema, poolSize: postgres.poolSize },
    { clock: systemClock, logger: silentLogger, metrics: noMetrics }
  )
  await storage.open()
  const bar = new SingleBar({
    format: "importing [{bar}] {percentage}% | {rows} rows | {duration_formatted}",
    stream: process.stderr,
  })
  bar.start(total, 0, { rows: 0 })
  try {
    const report = await new ImportRun(storage, plan).run((bytes, rows) => bar.update(bytes, { rows }))
    bar.stop()
    console.log(describe(report, rejectedFile, events.retentionDays))
  } finally {
    bar.stop()
    await storage.close()
  }
}

/** `medusa-personalization import`: brings a shop's history in through the same checks as live events. */
export function registerImport(program: Command): void {
  program
    .command("import")
    .description(
      "import history from CSV or JSON-lines files (.gz too); importing a file again changes nothing"
    )
    .argument("<files...>", "files to read, in order")
    .option(
      "--map <mapping>",
      "field=column,… or a JSON file of them (default: columns are named like the fields)"
    )
    .option("--type <type>", "event type of rows without a `type` column", "purchase")
    .option("--database-url <url>", "PostgreSQL of the store (default: DATABASE_URL)")
    .option("--schema <name>", "schema of the plugin's tables")
    .option("--products", "write the products of the rows into the engine's catalogue, too")
    .option("--sales-channel <ids...>", "sales channels of those products")
    .option(
      "--cancelled-prefix <text>",
      "orders whose id begins so are refunds, as negative quantities always are"
    )
    .option("--shift-days <days>", "move all times by so many days", "0")
    .option(
      "--consent <purposes>",
      "what the shoppers have agreed to; you answer for it",
      "analytics,personalization,model_training"
    )
    .option("--rejected <file>", "where refused rows go (default: <first file>.rejected.jsonl here)")
    .option("--migrate", "create or update the plugin's tables first")
    .action(importFiles)
}
