import { fork, type ChildProcess } from "node:child_process"
import { entryPoint } from "../node"
import { MOST_SEARCHES, type Answer, type Message, type Question } from "./protocol"

/** Why the FAISS process did not answer; the label of `index_fallback_total`. */
export type FallbackReason =
  "starting" | "dead" | "timeout" | "hung" | "busy" | "broad" | "short" | "memory" | "error"

/** FAISS has no answer; the exact index gives it. */
export class Unanswered extends Error {
  constructor(
    readonly reason: FallbackReason,
    message: string = reason
  ) {
    super(message)
  }
}

/** How often the process must show that it is alive. */
export interface Heartbeat {
  everyMs: number
  /** It is killed after so many beats without an answer. */
  misses: number
}

/** Positions, best first, with their scores. */
interface Found {
  labels: Int32Array
  scores: Float32Array
}

const NOTHING: Found = { labels: new Int32Array(0), scores: new Float32Array(0) }

interface Asked {
  resolve(found: Found): void
  reject(error: Unanswered): void
  timer?: NodeJS.Timeout
}

const OPEN_TIMEOUT_MS = 60_000
const STDERR_KEPT = 2_000

/** One child process with a FAISS index: asked over IPC, watched by heartbeats, killed when it hangs. */
export class FaissProcess {
  /** Resolves to the reason when the process has ended, whoever ended it. */
  readonly ended: Promise<string>
  /** Resident memory at the last sign of life, in bytes. */
  rss = 0
  private readonly child: ChildProcess
  private readonly asked = new Map<number, Asked>()
  /** Searches of this turn of the event loop; they go out as one message. */
  private gathered: { seq: number; query: Float32Array; k: number }[] = []
  private beat?: NodeJS.Timeout
  private seq = 0
  private searches = 0
  private missed = 0
  private pinged = false
  /** Set by a search that got no answer in time, until the next sign of life. */
  private silent = false
  private stderr = ""
  private verdict?: string

  constructor(
    private readonly heartbeat: Heartbeat,
    private readonly onAlive: (rss: number) => void
  ) {
    const { file, execArgv } = entryPoint(__dirname, "child")
    this.child = fork(file, {
      execArgv,
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // One thread: a single query gains nothing from more, and the shop needs the cores.
      env: { ...process.env, NODE_OPTIONS: "", OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
    })
    this.child.stderr?.on("data", (data: Buffer) => (this.stderr = (this.stderr + data).slice(-STDERR_KEPT)))
    this.child.on("message", (answer: Answer) => this.hear(answer))
    this.ended = new Promise((resolve) => {
      const end = (reason: string) => {
        clearInterval(this.beat)
        this.verdict ??= [reason, this.stderr.trim()].filter(Boolean).join(": ")
        for (const seq of [...this.asked.keys()])
          this.settle(seq)?.reject(new Unanswered("dead", this.verdict))
        resolve(this.verdict)
      }
      this.child.on("error", (error) => end(error.message))
      this.child.on("exit", (code, signal) => end(signal ? `ended by ${signal}` : `exit code ${code}`))
    })
    this.keepAlive(false)
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  /**
   * Loads faiss-node and opens an empty index: a graph walked with `breadth` candidates, or a flat one without.
   * @throws Unanswered `error` with faiss-node's message when it does not load, `timeout` after a minute.
   */
  async open(dimensions: number, breadth: number | undefined): Promise<void> {
    await this.ask({ type: "open", dimensions, breadth }, OPEN_TIMEOUT_MS)
    // Not before: a process that starts on a busy machine is slow to answer, but not hung.
    if (this.verdict === undefined)
      this.beat = setInterval(() => this.check(), this.heartbeat.everyMs).unref()
  }

  /** Appends rows; resolves when they can be found. */
  async add(rows: Float32Array): Promise<void> {
    await this.ask({ type: "add", rows })
  }

  /**
   * The `k` nearest positions, best first; positions may be -1 where FAISS found fewer.
   * @throws Unanswered when no answer comes within `timeoutMs` or the process should not be asked now.
   */
  async search(query: Float32Array, k: number, timeoutMs: number): Promise<Found> {
    if (this.silent) throw new Unanswered("hung")
    if (this.searches >= MOST_SEARCHES) throw new Unanswered("busy")
    this.searches++
    try {
      return await this.expect((seq) => {
        if (this.gathered.push({ seq, query, k }) === 1) queueMicrotask(() => this.sendGathered())
      }, timeoutMs)
    } finally {
      this.searches--
    }
  }

  /** Ends the process at once; `ended` then resolves to `reason`. */
  kill(reason: string): void {
    this.verdict ??= reason
    // Whoever waits for the end must live to see it.
    this.child.ref()
    this.child.kill("SIGKILL")
  }

  private async ask(question: Question, timeoutMs?: number): Promise<void> {
    await this.expect((seq) => this.send(question, [seq]), timeoutMs)
  }

  private expect(send: (seq: number) => void, timeoutMs?: number): Promise<Found> {
    return new Promise((resolve, reject) => {
      if (!this.child.connected) return reject(new Unanswered("dead", this.verdict))
      const seq = ++this.seq
      const asked: Asked = { resolve, reject }
      this.asked.set(seq, asked)
      if (timeoutMs !== undefined) {
        asked.timer = setTimeout(() => {
          this.silent = true
          this.settle(seq)?.reject(new Unanswered("timeout"))
        }, timeoutMs)
      }
      this.keepAlive(true)
      send(seq)
    })
  }

  private sendGathered(): void {
    const searches = this.gathered
    this.gathered = []
    const { length } = searches[0].query
    const queries = new Float32Array(searches.length * length)
    searches.forEach(({ query }, i) => queries.set(query, i * length))
    const ks = searches.map(({ k }) => k)
    this.send(
      { type: "search", queries, ks },
      searches.map(({ seq }) => seq)
    )
  }

  private send(question: Question, seqs: readonly number[]): void {
    const message: Message = { ...question, seqs }
    this.child.send(message, (error) => {
      if (error) for (const seq of seqs) this.settle(seq)?.reject(new Unanswered("dead", error.message))
    })
  }

  private hear(answer: Answer): void {
    this.silent = false
    this.missed = 0
    if (answer.type === "done") this.onAlive((this.rss = answer.rss))
    let from = 0
    answer.seqs.forEach((seq, i) => {
      const asked = this.settle(seq)
      if (answer.type === "failed") asked?.reject(new Unanswered("error", answer.message))
      else if (answer.type === "done") asked?.resolve(NOTHING)
      else {
        const to = from + answer.counts[i]
        asked?.resolve({ labels: answer.labels.subarray(from, to), scores: answer.scores.subarray(from, to) })
        from = to
      }
    })
  }

  private settle(seq: number): Asked | undefined {
    const asked = this.asked.get(seq)
    clearTimeout(asked?.timer)
    this.asked.delete(seq)
    if (this.asked.size === 0) this.keepAlive(false)
    return asked
  }

  /** Counts beats, not time: after a stall of this process the answer is read before the next beat. */
  private check(): void {
    if (this.pinged && ++this.missed >= this.heartbeat.misses) return this.kill("hung")
    if (this.pinged) return
    this.pinged = true
    this.ask({ type: "ping" }).then(
      () => (this.pinged = false),
      () => undefined
    )
  }

  /** Only an open question keeps the supervisor's process from exiting. */
  private keepAlive(on: boolean): void {
    const method = on ? "ref" : "unref"
    this.child[method]()
    this.child.channel?.[method]()
    const stderr = this.child.stderr as (NodeJS.ReadableStream & { ref?(): void; unref?(): void }) | null
    stderr?.[method]?.()
  }
}
