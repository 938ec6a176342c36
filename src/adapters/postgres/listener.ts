import { Client } from "pg"
import type { DataSource } from "typeorm"
import type { Logger } from "../../services/lib"

const MAX_WAIT_MS = 5_000

/**
 * One connection that LISTENs. When it is lost it is opened again, and `wake` is called, for a
 * notification may have been missed meanwhile; until then the tails' own polling carries on.
 */
export class Listener {
  private client: Client | undefined
  private retry: NodeJS.Timeout | undefined
  private failures = 0
  private closed = false
  private connecting: Promise<void>

  constructor(
    private readonly dataSource: DataSource,
    private readonly channel: string,
    private readonly wake: () => void,
    private readonly logger: Logger
  ) {
    this.connecting = this.connect()
  }

  async close(): Promise<void> {
    this.closed = true
    clearTimeout(this.retry)
    await this.connecting
    await this.client?.end().catch(() => undefined)
  }

  private async connect(): Promise<void> {
    const { url, extra } = this.dataSource.options as { url?: string; extra?: Record<string, unknown> }
    const client = new Client({
      application_name: "personalization-listener",
      ...extra,
      connectionString: url,
    })
    let lost = false
    const onLoss = (error?: Error) => {
      if (lost) return
      lost = true
      client.end().catch(() => undefined)
      if (!this.closed) this.later(error)
    }
    client.on("error", onLoss)
    client.on("end", () => onLoss())
    client.on("notification", () => this.wake())
    try {
      await client.connect()
      await client.query(`LISTEN "${this.channel}"`)
      this.client = client
      this.failures = 0
      this.wake()
    } catch (error) {
      onLoss(error as Error)
    }
  }

  private later(error: Error | undefined): void {
    const wait = Math.min(MAX_WAIT_MS, 100 * 2 ** this.failures++)
    this.logger.warn(`event log: LISTEN connection lost (${error?.message ?? "ended"}), again in ${wait} ms`)
    this.retry = setTimeout(() => (this.connecting = this.connect()), wait)
    this.retry.unref()
  }
}
