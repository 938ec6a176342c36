import { nextTurn, PersonalizationError, type Artifact } from "../lib"
import type { Validated } from "./cross-validate"
import { guarded, type Cost, type GuardOptions } from "./guarded"
import type { FitContext } from "./model"
import type { PlannedModel } from "./plan-models"
import type { TrainingData } from "./training-data"

/** A fit's context that is told which stage begins. */
export interface RunContext extends FitContext {
  /** `search`, `validate:<model>`, `fit:<model>`. */
  stage?(name: string): void
}

/** Shares of progress, so that the end of one part is not a hair above the beginning of the next. */
export const rounded = (share: number): number => Math.round(share * 1e6) / 1e6

/** One run over the planned models: what came of each, and how far the run is. */
export class FitRun {
  readonly validated = new Map<string, Validated>()
  readonly artifacts = new Map<string, Artifact>()
  /** Seconds of a model's parts and its peak memory, by the names of the report. */
  readonly costs = new Map<string, Record<string, number>>()
  /** Model → why it is not there. */
  readonly leftOut = new Map<string, string>()

  constructor(
    private readonly planned: readonly PlannedModel[],
    private readonly context: RunContext,
    private readonly guard: GuardOptions
  ) {}

  /** @throws PersonalizationError `training_failed` when no model is left */
  async validate(work: (model: PlannedModel, context: FitContext) => Promise<Validated>): Promise<void> {
    for (const [i, model] of this.planned.entries()) {
      const { name } = model.definition
      const done = await this.guarded(`validate:${name}`, i, (context) => work(model, context))
      this.spent(name, "validate_seconds", done.cost)
      if ("reason" in done) {
        this.leftOut.set(name, done.reason)
        this.context.logger.warn(`${name} is left out: ${done.reason}`)
        continue
      }
      this.validated.set(name, done.value)
      this.artifacts.set(name, done.value.artifact)
    }
    if (this.validated.size > 0) return
    const reasons = [...this.leftOut].map(([name, reason]) => `${name}: ${reason}`)
    throw new PersonalizationError("training_failed", `no model could be trained: ${reasons.join("; ")}`)
  }

  /** Fits what could be validated on everything; a model that fails now stays as it was for the newest fold. */
  async fit(data: TrainingData): Promise<void> {
    for (const [i, { definition, options }] of this.planned.entries()) {
      const { name } = definition
      if (!this.validated.has(name)) continue
      const done = await this.guarded(`fit:${name}`, this.planned.length + i, async (context) => {
        const model = definition.create(options)
        await model.fit(data, context)
        return model.save()
      })
      this.spent(name, "fit_seconds", done.cost)
      if ("value" in done) this.artifacts.set(name, done.value)
      else this.context.logger.warn(`${name} goes live without the newest sessions: ${done.reason}`)
    }
  }

  private spent(name: string, what: string, { seconds, peakMb }: Cost): void {
    const before = this.costs.get(name)
    const peak = peakMb !== undefined && { peak_mb: Math.max(peakMb, before?.peak_mb ?? 0) }
    this.costs.set(name, { ...before, [what]: seconds, ...peak })
  }

  private async guarded<T>(stage: string, at: number, work: (context: FitContext) => Promise<T>) {
    // Lets a message that cancels the run arrive between two models.
    await nextTurn()
    this.context.checkCancelled()
    this.context.stage?.(stage)
    const share = 0.5 / this.planned.length
    const { seed, logger, parallel, trainer } = this.context
    const context: FitContext = {
      seed,
      logger,
      parallel,
      trainer,
      progress: (part) => this.context.progress(rounded((at + part) * share)),
      checkCancelled: () => this.context.checkCancelled(),
    }
    return guarded(work, context, this.guard)
  }
}
