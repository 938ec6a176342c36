import { PersonalizationError, systemClock, type Artifact, type Clock } from "../lib"
import { artifactsDigest } from "./artifacts-digest"
import { compareWithLive, compareWithPopularity, holdOut, type LiveVersion } from "./comparison"
import { crossValidate, summarise, type Validated } from "./cross-validate"
import { guarded, type Cost, type GuardOptions } from "./guarded"
import type { FitContext } from "./model"
import type { ModelVersion } from "./model-store.port"
import { BASELINE, planModels, type OptionsByModel, type PlannedModel } from "./plan-models"
import { decidePromotion, type Promotion } from "./promotion"
import type { TrainingData } from "./training-data"

const DAY_MS = 86_400_000

export interface TrainOptions {
  /** Models to train, by name; popularity is always among them. Default: all. */
  names?: readonly string[]
  /** Options by model name. */
  models?: OptionsByModel
  /** Fewer interactions than this: `nothing_to_train`. Default 50. */
  minEvents?: number
  /** Newest share of the sessions held out to measure. Default 0.1. */
  validationShare?: number
  /** Folds of rolling-origin cross-validation that the share is cut into. Default 1. */
  folds?: number
  /** Validation steps, and orders, at most: the newest. Default 2000, which tells 2 points of HR apart. */
  maxValidation?: number
  /** A model whose validation, or whose last fit, takes longer is left out. Default: no limit. */
  modelMinutes?: number
  /** What the report says of the data. */
  notes?: readonly string[]
  /** What is live now, to compare with. */
  live?: LiveVersion
  /** Whether a version that is not to go live is fitted on everything as well. Default: no, which halves its cost. */
  fitCandidates?: boolean
  /** A live version that lacks so many of the newest days gives way to one that is not worse. Default: never. */
  maxAgeDays?: number
  clock?: Clock
}

/** `context.progress` with the stage that it belongs to. */
export interface TrainContext extends FitContext {
  /** Told when a stage begins: `validate:<model>`, `fit:<model>`. */
  stage?(name: string): void
  /** Bytes that the training thread holds now. */
  memory?(): number
}

export interface Trained {
  artifacts: Record<string, Artifact>
  version: ModelVersion
  promotion: Promotion
}

/**
 * Trains the models: fits them on the older sessions and measures them on the newest, fold by fold; then, if the
 * version is fit to go live, fits them again on everything. A version that is not keeps the models of the newest fold
 * and carries the reason. A model that fails or takes too long is left out and never stops the run.
 * @throws PersonalizationError `invalid_option`, `nothing_to_train`, `training_failed`, `cancelled`
 */
export async function train(
  data: TrainingData,
  options: TrainOptions,
  context: TrainContext
): Promise<Trained> {
  const { minEvents = 50, validationShare = 0.1, folds = 1, maxValidation = 2000 } = options
  const { live, clock = systemClock } = options
  const begun = clock.now()
  const planned = planModels(options.names, options.models)
  const events = data.interactions.item.length
  if (events === 0 || events < minEvents) {
    throw new PersonalizationError(
      "nothing_to_train",
      `${events} interactions that models may learn from, and ${minEvents} are needed: wait for more shoppers who ` +
        "agree to `model_training`, import orders, or lower the option `training.minEvents`"
    )
  }
  const limit = { clock, limitMs: (options.modelMinutes ?? Infinity) * 60_000, memory: context.memory }
  const run = new Run(planned, context, limit)
  const heldOut = holdOut(data, { share: validationShare, folds, limit: maxValidation, live: live?.version })
  await run.validate((model, told) => crossValidate(model, heldOut, data.interactions.itemIds.length, told))
  const measured = new Map([...run.validated].map(([name, { steps }]) => [name, steps]))
  const promotion = measured.has(BASELINE)
    ? decidePromotion({
        hasLive: live !== undefined,
        difference: live && compareWithLive(live, heldOut.steps, measured, context),
        overPopularity: compareWithPopularity(data, heldOut.steps, measured, context),
        outdated: live && outdated(live.version, data, planned, options.maxAgeDays ?? Infinity),
      })
    : { promote: false, reason: `there is no ${BASELINE} to compare with: ${run.leftOut.get(BASELINE)}` }
  const isWhole = promotion.promote || options.fitCandidates === true
  if (isWhole) await run.fit(data)
  const artifacts = Object.fromEntries(run.artifacts)
  const config = {
    models: Object.fromEntries(planned.map(({ definition, options: own }) => [definition.name, own])),
    seed: context.seed,
    validationShare,
    folds,
  }
  context.progress(1)
  const metrics = [...run.validated].map(([name, validated]) => [
    name,
    { ...summarise(validated, heldOut.steps, context.seed), ...run.costs.get(name) },
  ])
  return {
    artifacts,
    promotion,
    version: {
      version: artifactsDigest(artifacts, config),
      status: "candidate",
      createdAt: begun,
      models: [...run.artifacts.keys()],
      config,
      window: windowOf(isWhole ? data : heldOut.parts.at(-1)!.fold.train),
      metrics: Object.fromEntries(metrics),
      ...(run.leftOut.size > 0 && { leftOut: Object.fromEntries(run.leftOut) }),
      ...(options.notes?.length && { notes: [...options.notes] }),
      ...(!promotion.promote && { reason: promotion.reason }),
      durationMs: clock.now() - begun,
    },
  }
}

/** One run over the planned models: what came of each, and how far the run is. */
class Run {
  readonly validated = new Map<string, Validated>()
  readonly artifacts = new Map<string, Artifact>()
  /** Seconds of a model's parts and its peak memory, by the names of the report. */
  readonly costs = new Map<string, Record<string, number>>()
  /** Model → why it is not there. */
  readonly leftOut = new Map<string, string>()

  constructor(
    private readonly planned: readonly PlannedModel[],
    private readonly context: TrainContext,
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
    await new Promise((resolve) => setImmediate(resolve))
    this.context.checkCancelled()
    this.context.stage?.(stage)
    const share = 0.5 / this.planned.length
    const { seed, logger, parallel, trainer } = this.context
    const context: FitContext = {
      seed,
      logger,
      parallel,
      trainer,
      // Rounded, so that the end of one part is not a hair above the beginning of the next.
      progress: (part) => this.context.progress(Math.round((at + part) * share * 1e6) / 1e6),
      checkCancelled: () => this.context.checkCancelled(),
    }
    return guarded(work, context, this.guard)
  }
}

/** Why a version should give way to any that is not worse; undefined when it need not. */
function outdated(
  live: ModelVersion,
  data: TrainingData,
  planned: readonly PlannedModel[],
  maxAgeDays: number
): string | undefined {
  const days = (windowOf(data).to - live.window.to) / DAY_MS
  if (days >= maxAgeDays) return `the live version lacks the last ${Math.floor(days)} days`
  const missing = planned
    .map(({ definition }) => definition.name)
    .filter((name) => !live.models.includes(name) && !(name in (live.leftOut ?? {})))
  return missing.length > 0 ? `the live version has no ${missing.join(", ")}` : undefined
}

function windowOf({ interactions }: TrainingData): ModelVersion["window"] {
  let from = Infinity
  let to = -Infinity
  for (const ts of interactions.ts) {
    from = Math.min(from, ts)
    to = Math.max(to, ts)
  }
  return {
    from: from * 1000,
    to: to * 1000,
    events: interactions.item.length,
    sessions: interactions.sessionStart.length - 1,
    items: interactions.itemIds.length,
  }
}
