import { createWriteStream, type WriteStream } from "node:fs"
import { Ingest, type EventLog } from "../services/events"
import type { CatalogStore } from "../services/features"
import { PersonalizationError } from "../services/lib"
import type { SubjectStore } from "../services/privacy"
import { EventBuilder, readyRow, type EventRules, type ImportedEvent } from "./import-events"
import { mapRow, type Mapping } from "./import-mapping"
import { ProductBuilder } from "./import-products"
import { readRows } from "./import-rows"

export interface ImportTarget {
  log: EventLog
  subjects: SubjectStore
  catalog: CatalogStore
}

export interface ImportPlan {
  files: readonly string[]
  mapping: Mapping
  rules: EventRules
  /** Writes the catalogue, too, into these sales channels. */
  products?: { salesChannelIds: readonly string[] }
  /** Where refused rows go, one JSON line each. */
  rejectedFile: string
}

/** Every row of the files is in exactly one of imported and rejected. */
export interface ImportReport {
  rows: number
  imported: number
  rejected: number
  /** Reason without its details → rows. */
  reasons: Record<string, number>
  /** By type, those known before included. */
  events: Record<string, number>
  /** Events that the log did not hold before. */
  newEvents: number
  /** Events that it held: an import that is repeated has only these. */
  knownEvents: number
  products: number
  /** Times of the oldest and the newest imported row, ms; undefined when there is none. */
  times?: { from: number; to: number }
  seconds: number
}

export interface ImportProgress {
  /** Bytes of the files read so far, and rows. */
  (bytes: number, rows: number): void
}

const BATCH = 2_000
const PRODUCT_BATCH = 500

/** Counts what is new on its way into the log. */
function counting(log: EventLog, report: ImportReport): EventLog {
  const append: EventLog["append"] = async (events) => {
    const result = await log.append(events)
    report.newEvents += result.appended.length
    report.knownEvents += result.duplicates.length
    return result
  }
  return Object.create(log, { append: { value: append } }) as EventLog
}

/** Runs one import. Memory is bounded by the batch, the number of products, and some 100 bytes per event. */
export class ImportRun {
  private readonly report: ImportReport = {
    rows: 0,
    imported: 0,
    rejected: 0,
    reasons: {},
    events: {},
    newEvents: 0,
    knownEvents: 0,
    products: 0,
    seconds: 0,
  }
  private readonly ingest: Ingest
  private readonly builder: EventBuilder
  private readonly products: ProductBuilder | undefined
  private rejects: WriteStream | undefined
  private rejectsError: PersonalizationError | undefined
  private batch: ImportedEvent[] = []
  private writing: Promise<void> = Promise.resolve()
  private file = ""

  constructor(
    private readonly target: ImportTarget,
    private readonly plan: ImportPlan
  ) {
    // History is older than live events may be: no age is refused. Recorded opt-outs are obeyed as ever.
    this.ingest = new Ingest(
      { log: counting(target.log, this.report), subjects: target.subjects },
      { retentionDays: Infinity, queueSize: BATCH * 4 }
    )
    this.builder = new EventBuilder(plan.rules)
    this.products = plan.products && new ProductBuilder(plan.products.salesChannelIds)
  }

  async run(progress: ImportProgress): Promise<ImportReport> {
    const began = performance.now()
    let bytes = 0
    for (this.file of this.plan.files) {
      for await (const source of readRows(this.file, (read) => (bytes += read))) {
        if (this.rejectsError) throw this.rejectsError
        if (++this.report.rows % 1_000 === 0) progress(bytes, this.report.rows)
        if ("problem" in source) this.reject(source.line, source.problem, source.raw)
        else await this.take(source.line, source.record)
      }
    }
    await this.keep(this.builder.flush())
    await this.send()
    await this.writing
    await this.ingest.close()
    await this.writeProducts()
    await this.closeRejects()
    progress(bytes, this.report.rows)
    this.report.seconds = (performance.now() - began) / 1_000
    return this.report
  }

  private async take(line: number, record: Record<string, unknown>): Promise<void> {
    const ready = readyRow(line, mapRow(record, this.plan.mapping), this.plan.rules)
    if (typeof ready === "string") return this.reject(line, ready, record)
    this.products?.add(ready)
    const { from, to } = this.report.times ?? { from: ready.ts, to: ready.ts }
    this.report.times = { from: Math.min(from, ready.ts), to: Math.max(to, ready.ts) }
    await this.keep(this.builder.add(ready))
  }

  private async keep(event: ImportedEvent | undefined): Promise<void> {
    if (!event) return
    this.batch.push(event)
    if (this.batch.length >= BATCH) await this.send()
  }

  /** Hands a batch over and goes on reading; only one is being written at a time. */
  private async send(): Promise<void> {
    const batch = this.batch
    this.batch = []
    await this.writing
    if (batch.length > 0) this.writing = this.write(batch)
    // The error is raised where the promise is awaited next.
    this.writing.catch(() => undefined)
  }

  private async write(batch: readonly ImportedEvent[]): Promise<void> {
    const { rejected } = await this.ingest.submitFacts(batch.map(({ fact }) => fact))
    const refused = new Map(rejected.map((rejection) => [rejection.index, rejection]))
    for (const [index, { fact, rows }] of batch.entries()) {
      const rejection = refused.get(index)
      if (rejection)
        for (const { line, row } of rows) this.reject(line, `${rejection.code}: ${rejection.message}`, row)
      else {
        this.report.imported += rows.length
        this.report.events[fact.type] = (this.report.events[fact.type] ?? 0) + 1
      }
    }
  }

  private reject(line: number, reason: string, raw: unknown): void {
    this.report.rejected++
    // Values are left out of the summary, or every bad price would be a line of its own.
    const summary = reason.replace(/"[^"]*"/g, "…")
    this.report.reasons[summary] = (this.report.reasons[summary] ?? 0) + 1
    this.rejects ??= this.openRejects()
    this.rejects.write(`${JSON.stringify({ file: this.file, line, reason, row: raw })}\n`)
  }

  /** An error is raised with the next row, or at the end. */
  private openRejects(): WriteStream {
    const { rejectedFile } = this.plan
    const file = createWriteStream(rejectedFile)
    return file.on("error", ({ message }) => {
      this.rejectsError = new PersonalizationError(
        "invalid_option",
        `--rejected: refused rows can't be written to ${rejectedFile}: ${message}`
      )
    })
  }

  private async writeProducts(): Promise<void> {
    const products = this.products?.build() ?? []
    for (let i = 0; i < products.length; i += PRODUCT_BATCH)
      await this.target.catalog.upsert(products.slice(i, i + PRODUCT_BATCH))
    this.report.products = products.length
  }

  private async closeRejects(): Promise<void> {
    const { rejects } = this
    if (rejects) await new Promise<void>((resolve) => rejects.end(() => resolve()))
    if (this.rejectsError) throw this.rejectsError
  }
}
