import { TURNS, type Logger, type Metrics } from "../lib"
import type { Exposure, ExposureStore } from "./recommendation"

export interface ExposureWriterParts {
  store: ExposureStore
  metrics: Metrics
  logger: Logger
  /** Exposures held at most; beyond it the new ones are dropped and counted. Default 10,000. */
  capacity?: number
  /** Exposures per write. Default 100: to put more into words would hold up requests for more than 2 ms. */
  batchSize?: number
  /** Default 50 ms: what waits for longer outlives several collections of garbage, each of which has to move it. */
  flushMs?: number
}

/**
 * Writes exposures beside the requests, never in them: buffered, in batches, bounded. A store that fails is
 * tried again at the next turn with the same batch.
 */
export class ExposureWriter {
  private buffer: Exposure[] = []
  private writing: Promise<boolean> | undefined
  private timer: ReturnType<typeof setInterval> | undefined
  private failing = false
  private readonly batchSize: number

  constructor(private readonly parts: ExposureWriterParts) {
    this.batchSize = parts.batchSize ?? 100
  }

  start(): void {
    clearInterval(this.timer)
    this.timer = setInterval(() => void this.flush(), this.parts.flushMs ?? 50)
    this.timer.unref()
  }

  /** Exposures that wait for the store. */
  get depth(): number {
    return this.buffer.length
  }

  /** Takes an exposure; returns at once. */
  write(exposure: Exposure): void {
    if (this.buffer.length >= (this.parts.capacity ?? 10_000)) {
      this.parts.metrics.count("exposures_dropped_total")
      return
    }
    this.buffer.push(exposure)
  }

  /** Writes what has been taken so far, or as much of it as the store accepts. Never rejects. */
  async flush(): Promise<void> {
    for (let batches = Math.ceil(this.buffer.length / this.batchSize); batches > 0; batches--) {
      this.writing ??= this.writeBatch().finally(() => (this.writing = undefined))
      if (!(await this.writing)) return
    }
  }

  /** Drops what waits of one subject; when this resolves, nothing of theirs reaches the store any more. */
  async discard(subject: { visitorIds: readonly string[]; customerId?: string }): Promise<void> {
    const subjects = new Set(subject.visitorIds.map((id) => `visitor:${id}`))
    if (subject.customerId) subjects.add(`customer:${subject.customerId}`)
    // A write takes its batch off the front of the buffer when it is done, so until then nothing may move.
    while (this.writing) await this.writing
    this.buffer = this.buffer.filter(
      (exposure) =>
        !(exposure.visitorId && subjects.has(`visitor:${exposure.visitorId}`)) &&
        !(exposure.subject && subjects.has(exposure.subject))
    )
  }

  /** Writes the rest; what the store refuses now is lost, counted and said. */
  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.flush()
    if (this.buffer.length === 0) return
    this.parts.metrics.count("exposures_dropped_total", {}, this.buffer.length)
    this.parts.logger.warn(
      `${this.buffer.length} exposures are lost: their store did not take them before the stop`
    )
  }

  private async writeBatch(): Promise<boolean> {
    const { store, metrics, logger } = this.parts
    const turn = TURNS.wait()
    if (turn) await turn
    const batch = this.buffer.slice(0, this.batchSize)
    if (batch.length === 0) return true
    try {
      await store.record(batch)
      this.buffer.splice(0, batch.length)
      this.failing = false
      return true
    } catch (error) {
      metrics.count("exposure_write_failures_total")
      if (!this.failing)
        logger.error("Exposures could not be written; they are kept and tried again", error as Error)
      this.failing = true
      return false
    }
  }
}
