import type { z } from "zod"
import { fieldIssues } from "./parse"
import type { Logger } from "./logger"
import type { Metrics } from "./metrics.port"

export interface RowBookParts<Row> {
  store: { list(): Promise<readonly Row[]> }
  metrics: Metrics
  logger: Logger
  /** How often the store is read. Default 5,000 ms. */
  refreshMs?: number
}

/** Rows of a store, held in memory and read again and again beside the requests, which never wait for the store. */
export abstract class RowBook<Row> {
  /** What they are in a sentence, e.g. `rules`. */
  protected abstract readonly kind: string
  protected abstract readonly schema: z.ZodType<Row>
  private timer: ReturnType<typeof setInterval> | undefined
  private complaint = ""

  constructor(private readonly parts: RowBookParts<Row>) {}

  async start(): Promise<void> {
    await this.refresh()
    clearInterval(this.timer)
    this.timer = setInterval(() => void this.refresh(), this.parts.refreshMs ?? 5_000)
    this.timer.unref()
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  /** Reads the store. Never rejects: what was known goes on, and a row that is not valid is left out. */
  async refresh(): Promise<void> {
    const { store, metrics } = this.parts
    try {
      const rows: Row[] = []
      const wrong: string[] = []
      for (const row of await store.list()) {
        const result = this.schema.safeParse(row)
        if (result.success) {
          rows.push(result.data)
          continue
        }
        const fields = fieldIssues(result.error).map(({ path, message }) => `${path} ${message}`)
        wrong.push(`${this.nameOf(row)}: ${fields.join("; ")}`)
      }
      this.take(rows)
      this.complain(wrong.length > 0 ? `Left out of the ${this.kind}: not valid. ${wrong.join(". ")}` : "")
    } catch (error) {
      metrics.count("book_refresh_failures_total", { kind: this.kind })
      this.complain(`The ${this.kind} could not be read; the last known ones go on: ${String(error)}`)
    }
  }

  protected abstract nameOf(row: Row): string
  protected abstract take(rows: readonly Row[]): void

  /** Says each trouble once, not at every refresh. */
  private complain(text: string): void {
    if (text && text !== this.complaint) this.parts.logger.warn(text)
    this.complaint = text
  }
}
