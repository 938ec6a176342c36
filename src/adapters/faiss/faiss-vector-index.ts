import type { Logger, Metrics } from "../../services/lib"
import type { MonitoredVectorIndex } from "../../services/retrieval"
import { ExactVectorIndex } from "../wasm"
import { Unanswered, type FallbackReason, type Heartbeat } from "./faiss-process"
import { measureRecall } from "./recall"
import { Replica } from "./replica"

export interface FaissSettings {
  dimensions: number
  /** A FAISS search slower than this is answered by the exact index. */
  timeoutMs: number
  /** The FAISS process is replaced when it grows beyond this, and killed at half as much again. */
  maxMemoryMb: number
  metrics: Metrics
  logger: Logger
  heartbeat?: Heartbeat
  /** Wait before a fallen process is replaced: doubled at each fall in a row, from the first to the second. */
  backoffMs?: readonly [number, number]
  /**
   * Candidates of the graph walk (efSearch, each at least 20), tried in turn until recall@20 reaches .98; when none
   * does, FAISS scans all vectors, for a graph loses its way where clusters lie far apart.
   */
  breadths?: readonly number[]
  /** Up to so many vectors (150,000) FAISS scans them all, those of many queries at once; beyond, it walks a graph. */
  flatLimit?: number
}

/** A replica goes live as it is when it finds this share of the true nearest 20. */
const GOOD_RECALL = 0.98
const TUNED_FOR = 20
const FLAT_LIMIT = 150_000
/** Scans at the same time: together they take about as long as four of them one by one. */
const TOGETHER = 64
/** While a process is tuned nobody waits for it, nor for a patient search. */
const PATIENCE_MS = 5_000
/** A process that has served so long is not counted as falling in a row. */
const STEADY_MS = 30_000

/**
 * Nearest neighbours by FAISS, in a child process that may die, hang or leak: the exact index beside it holds the
 * same vectors, answers whenever the process does not, and fills the next process.
 *
 * A new process is loaded beside the live one and takes its place when it is ready. Metrics:
 * `index_fallback_total{reason}`, `index_load_total{reason}`, gauges `index_recall`, `index_live` (0 or 1),
 * `index_process_memory_bytes`.
 */
export class FaissVectorIndex implements MonitoredVectorIndex {
  readonly kind = "faiss"
  readonly dimensions: number
  fallbacks = 0
  private readonly exact: ExactVectorIndex
  private readonly heartbeat: Heartbeat
  private readonly backoffMs: readonly [number, number]
  private live?: Replica
  private next?: Replica
  /** Why there is no live replica. */
  private absent: FallbackReason = "starting"
  /** Every replica whose process has not ended, those that retire too. */
  private readonly running = new Set<Replica>()
  private readonly breadths: readonly number[]
  /** Position in `breadths`; beyond them, FAISS scans all vectors. */
  private attempt = 0
  private falls = 0
  /** Patient searches under way. */
  private patient = 0
  private retry?: NodeJS.Timeout
  private steady?: NodeJS.Timeout
  private closed = false
  private waiting: (() => void)[] = []

  constructor(private readonly settings: FaissSettings) {
    this.dimensions = settings.dimensions
    this.exact = new ExactVectorIndex(settings.dimensions)
    this.heartbeat = settings.heartbeat ?? { everyMs: 500, misses: 4 }
    this.backoffMs = settings.backoffMs ?? [100, 30_000]
    this.breadths = settings.breadths ?? [256, 1_024]
  }

  get size(): number {
    return this.exact.size
  }

  get together(): number {
    return this.live && !this.live.isGraph ? TOGETHER : 1
  }

  /** Process id of the FAISS process that answers now. */
  get pid(): number | undefined {
    return this.live?.process.pid
  }

  /** Resident memory of the live process in bytes, at its last sign of life; 0 when there is none. */
  get memory(): number {
    return this.live?.process.rss ?? 0
  }

  /**
   * Starts the first process.
   * @throws Error with the reason when faiss-node does not load in it; the index is closed then.
   */
  async start(): Promise<void> {
    const replica = this.spawn()
    try {
      await replica.load()
      this.promote(replica)
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** Resolves when FAISS answers for the present content, or never will: closed, or not enough memory. */
  async ready(): Promise<void> {
    const settled = () => this.closed || this.absent === "memory" || (this.live && !this.next)
    while (!settled()) await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  async build(ids: readonly string[], vectors: Float32Array): Promise<void> {
    await this.exact.build(ids, vectors)
    this.dismiss("starting")
    this.falls = 0
    this.refresh("build")
  }

  async add(ids: readonly string[], vectors: Float32Array): Promise<void> {
    await this.exact.add(ids, vectors)
    this.next?.append(ids).catch(() => undefined)
    // When the process falls, the exact index has the additions all the same.
    await this.live?.append(ids).catch(() => undefined)
    if (this.live?.worn) this.refresh("worn")
  }

  async remove(ids: readonly string[]): Promise<void> {
    await this.exact.remove(ids)
    this.next?.drop(ids)
    this.live?.drop(ids)
    if (this.live?.worn) this.refresh("worn")
  }

  async search(query: Float32Array, k: number, patient = false): Promise<{ id: string; score: number }[]> {
    const { unit, wanted } = this.exact.prepare(query, k)
    if (!unit || wanted === 0) return []
    const { live } = this
    try {
      if (!live) throw new Unanswered(this.absent)
      // Many at once take the process longer than the exact index takes for one.
      if (!patient && this.patient > 1) throw new Unanswered("busy")
      if (patient) this.patient++
      return await live.search(unit, wanted, patient ? PATIENCE_MS : this.settings.timeoutMs)
    } catch (error) {
      if (patient && live) throw error
      this.fellBack(error)
      return this.exact.search(query, k)
    } finally {
      if (patient && live) this.patient--
    }
  }

  async recall(samples = 100, k = 20): Promise<number> {
    const recall = await measureRecall(this.exact, (query) => this.search(query, k), samples, k)
    this.settings.metrics.gauge("index_recall", recall)
    return recall
  }

  async close(): Promise<void> {
    this.closed = true
    this.dismiss("dead")
    for (const replica of this.running) replica.process.kill("closed")
    await Promise.all([...this.running].map((replica) => replica.process.ended))
    await this.exact.close()
  }

  private spawn(): Replica {
    const breadth = this.breadths[this.attempt] ?? 0
    const walk = { flatLimit: breadth === 0 ? Infinity : (this.settings.flatLimit ?? FLAT_LIMIT), breadth }
    const replica = new Replica(this.exact, walk, this.heartbeat, (rss) => this.weigh(replica, rss))
    this.next = replica
    this.running.add(replica)
    void replica.process.ended.then((reason) => this.ended(replica, reason))
    return replica
  }

  /** Loads a new replica beside the live one, unless that is under way or waits for its turn. */
  private refresh(reason: "build" | "memory" | "worn" | "recall" | "ended"): void {
    if (this.closed || this.next || this.retry || this.absent === "memory") return
    this.settings.metrics.count("index_load_total", { reason })
    const replica = this.spawn()
    replica
      .load()
      .then(() => this.tune(replica))
      .then(() => this.promote(replica))
      .catch((error: Error) => replica.process.kill(error.message))
  }

  private promote(replica: Replica): void {
    if (this.next !== replica) return
    if (replica.process.rss > this.limit) return this.giveUp(replica.process.rss)
    this.retire(this.live)
    this.live = replica
    this.next = undefined
    this.settings.metrics.gauge("index_live", 1)
    clearTimeout(this.steady)
    this.steady = setTimeout(() => (this.falls = 0), STEADY_MS).unref()
    this.wake()
  }

  /** Measures the recall before the replica goes live; when it is low, the next one searches more broadly. */
  private async tune(replica: Replica): Promise<void> {
    const search = (query: Float32Array) =>
      replica.search(query, TUNED_FOR, PATIENCE_MS).catch((error: Unanswered) => {
        // Many removals while it loads; a shopper would be answered by the exact index as well.
        if (error.reason === "short") return this.exact.search(query, TUNED_FOR)
        throw error
      })
    const recall = await measureRecall(this.exact, search, 200, TUNED_FOR)
    this.settings.metrics.gauge("index_recall", recall)
    if (recall >= GOOD_RECALL || !replica.isGraph || this.next !== replica) return
    const breadth = this.breadths[++this.attempt]
    const how = breadth ? `with a broader search (${breadth})` : "to scan all vectors"
    this.settings.logger.info(
      `personalization: FAISS finds ${(recall * 100).toFixed(1)} % of the true neighbours; it is loaded anew ${how}.`
    )
    this.retire(replica)
    this.next = undefined
    this.refresh("recall")
  }

  /** A process has ended: when it was still needed, a new one follows. */
  private ended(replica: Replica, reason: string): void {
    this.running.delete(replica)
    if (replica !== this.live && replica !== this.next) return
    if (replica === this.live) {
      this.live = undefined
      this.absent = "dead"
      this.settings.metrics.gauge("index_live", 0)
    } else this.next = undefined
    this.restart(reason)
  }

  private restart(reason: string): void {
    const [first, last] = this.backoffMs
    const wait = Math.min(first * 2 ** this.falls++, last)
    this.settings.logger.warn(
      `personalization: the FAISS process ended (${reason}); a new one starts in ${wait} ms.`
    )
    clearTimeout(this.retry)
    this.retry = setTimeout(() => {
      this.retry = undefined
      this.refresh("ended")
    }, wait).unref()
  }

  private get limit(): number {
    return this.settings.maxMemoryMb * 2 ** 20
  }

  private weigh(replica: Replica, rss: number): void {
    if (replica === this.live) {
      this.settings.metrics.gauge("index_process_memory_bytes", rss)
      if (rss > 1.5 * this.limit) replica.process.kill(`${Math.round(rss / 2 ** 20)} MB`)
      else if (rss > this.limit) this.refresh("memory")
    } else if (replica === this.next && rss > 1.5 * this.limit) this.giveUp(rss)
  }

  /** A fresh process is beyond the limit already: another would be no smaller. The exact index stays alone. */
  private giveUp(rss: number): void {
    this.dismiss("memory")
    this.settings.logger.error(
      `personalization: FAISS needs ${Math.round(rss / 2 ** 20)} MB for ${this.size} vectors, more than the option ` +
        "`retrieval.faissMaxMemoryMb` allows; the exact index answers. Raise the option to use FAISS."
    )
    this.wake()
  }

  /** Sends all replicas away; until there is a new one, `reason` says why. */
  private dismiss(reason: FallbackReason): void {
    clearTimeout(this.retry)
    this.retry = undefined
    clearTimeout(this.steady)
    this.retire(this.live)
    this.retire(this.next)
    this.live = this.next = undefined
    this.absent = reason
    this.settings.metrics.gauge("index_live", 0)
    this.wake()
  }

  /** Lets the searches under way end: each has its answer, or has given up, within the time limit. */
  private retire(replica: Replica | undefined): void {
    if (replica) setTimeout(() => replica.process.kill("replaced"), this.settings.timeoutMs).unref()
  }

  private fellBack(error: unknown): void {
    if (!(error instanceof Unanswered)) throw error
    this.fallbacks++
    this.settings.metrics.count("index_fallback_total", { reason: error.reason })
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve()
  }
}
