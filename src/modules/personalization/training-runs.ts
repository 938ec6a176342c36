import { v7 as uuidv7 } from "uuid"
import { PersonalizationError, type Clock, type Logger, type Metrics } from "../../services/lib"
import type { ModelVersion } from "../../services/models"

export type RunStatus = "running" | "succeeded" | "failed" | "cancelled"

/** One training run of this process, newest first in lists. */
export interface TrainingRun {
  id: string
  status: RunStatus
  /** What it is doing, e.g. `reading events`, `fitting vmis-knn`. */
  stage: string
  /** 0–1 */
  progress: number
  /** ms since the epoch */
  startedAt: number
  finishedAt?: number
  version?: string
  /** Whether the version went live, and if not why. */
  promoted?: boolean
  reason?: string
  /** What was learned from shown lists, in a sentence. */
  ranker?: string
  error?: { code: string; message: string }
}

export interface TrainingOutcome {
  version: ModelVersion
  promoted: boolean
  reason?: string
  /** What was learned from shown lists, in a sentence. */
  ranker?: string
}

/** Does one run; rejects with `cancelled` soon after the signal fires. An empty stage means the one before. */
export type TrainingRunner = (
  signal: AbortSignal,
  report: (stage: string, progress: number) => void
) => Promise<TrainingOutcome>

const KEPT = 50

/** Starts, watches and cancels training; one run at a time in this process, and by the runner's lock in all. */
export class TrainingRuns {
  private readonly runs: TrainingRun[] = []
  private abort?: AbortController
  private running?: Promise<void>

  constructor(
    private readonly runner: TrainingRunner,
    private readonly dependencies: { clock: Clock; logger: Logger; metrics: Metrics }
  ) {}

  list(): readonly TrainingRun[] {
    return this.runs
  }

  /** @throws PersonalizationError `conflict` while a run is going on. */
  start(): TrainingRun {
    const current = this.runs.find((run) => run.status === "running")
    if (current) throw new PersonalizationError("conflict", `Training run ${current.id} is still going on.`)
    const run: TrainingRun = {
      id: uuidv7(),
      status: "running",
      stage: "starting",
      progress: 0,
      startedAt: this.dependencies.clock.now(),
    }
    this.runs.unshift(run)
    this.runs.length = Math.min(this.runs.length, KEPT)
    this.abort = new AbortController()
    this.running = this.follow(run, this.abort.signal)
    return run
  }

  /** Asks the running run to end. @returns false when none is running */
  cancel(): boolean {
    const running = this.runs.some((run) => run.status === "running")
    if (running) this.abort?.abort()
    return running
  }

  /** Resolves when no run is going on. */
  async idle(): Promise<void> {
    await this.running
  }

  async stop(): Promise<void> {
    this.cancel()
    await this.idle()
  }

  private async follow(run: TrainingRun, signal: AbortSignal): Promise<void> {
    const { clock, logger, metrics } = this.dependencies
    try {
      const outcome = await this.runner(signal, (stage, progress) => {
        if (stage) run.stage = stage
        run.progress = Math.min(1, Math.max(run.progress, progress))
      })
      run.status = "succeeded"
      run.progress = 1
      run.stage = "done"
      run.version = outcome.version.version
      run.promoted = outcome.promoted
      run.reason = outcome.reason
      run.ranker = outcome.ranker
      logger.info(
        `Personalization: trained ${run.version} on ${outcome.version.window.events} events` +
          (outcome.promoted ? "; it is live" : `; it stays a candidate: ${outcome.reason}`)
      )
    } catch (error) {
      const known = error instanceof PersonalizationError ? error : undefined
      run.status = known?.code === "cancelled" ? "cancelled" : "failed"
      run.error = { code: known?.code ?? "internal", message: (error as Error).message }
      logger.warn(`Personalization: training ${run.status}: ${run.error.message}`)
    }
    run.finishedAt = clock.now()
    metrics.count("training_runs_total", { status: run.status })
    metrics.observe("training_duration_seconds", (run.finishedAt - run.startedAt) / 1000)
  }
}
