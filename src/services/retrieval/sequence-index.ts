import type { Logger, Metrics, Scored } from "../lib"
import type { SequenceEncoder } from "../models"
import type { MonitoredVectorIndex } from "./vector-index.port"

const RETRY_MS = 10_000

export interface SequenceIndexParts {
  /** Where the live sequence model comes from: the ModelRegistry. */
  models: { readonly version: string | undefined; readonly encoder: SequenceEncoder | undefined }
  createIndex(dimensions: number): MonitoredVectorIndex | Promise<MonitoredVectorIndex>
  metrics: Metrics
  logger: Logger
  /** How soon to try again after a failure. Default 10,000 ms. */
  retryMs?: number
}

interface Live {
  version: string
  encoder?: SequenceEncoder
  index?: MonitoredVectorIndex
}

/**
 * The items of the live sequence model in a vector index, and what lies nearest to where a visit points. To compare with
 * all items would hold the process for longer the more there are; the index does it elsewhere. Another version's index is
 * built beside the live one and put in its place at once.
 */
export class SequenceIndex {
  private live: Live | undefined
  /** The one before; closed at the next change, for requests in flight may still search it. */
  private retired: Live | undefined
  private syncing: Promise<void> | undefined
  private again: ReturnType<typeof setTimeout> | undefined
  private closed = false

  constructor(private readonly parts: SequenceIndexParts) {}

  /** Follows the live models; one run at a time. Never rejects: what cannot be built is tried again after a while. */
  sync(): Promise<void> {
    clearTimeout(this.again)
    this.syncing ??= this.step()
      .catch((error: Error) => {
        this.parts.metrics.count("sequence_index_failures_total")
        this.parts.logger.error("The index of the sequence model could not be built; trying again", error)
        this.again = setTimeout(() => void this.sync(), this.parts.retryMs ?? RETRY_MS).unref()
      })
      .finally(() => (this.syncing = undefined))
    return this.syncing
  }

  /**
   * Items that a visit (products, oldest first) points to, best first, by the model of this version; [] where there is
   * none, or none of the visit's products is known.
   */
  follow(version: string | undefined, session: readonly string[], k: number): Scored[] | Promise<Scored[]> {
    const { live } = this
    if (!live?.index || live.version !== version) return []
    const vector = live.encoder!.sessionVector({ session })
    return vector ? live.index.search(vector, k) : []
  }

  async close(): Promise<void> {
    this.closed = true
    await this.syncing
    clearTimeout(this.again)
    await this.retired?.index?.close()
    await this.live?.index?.close()
  }

  private async step(): Promise<void> {
    const { version, encoder } = this.parts.models
    if (this.closed || !version || this.live?.version === version) return
    const next: Live = { version }
    const items = encoder?.itemVectors()
    if (items && items.ids.length > 0) {
      next.encoder = encoder
      next.index = await this.parts.createIndex(items.dimensions)
      try {
        await next.index.build(items.ids, items.vectors)
      } catch (error) {
        await next.index.close()
        throw error
      }
    }
    await this.retired?.index?.close()
    this.retired = this.live
    this.live = next
  }
}
