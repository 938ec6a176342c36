import { PersonalizationError, systemClock, type Artifact, type Clock } from "../lib"
import { artifactsDigest } from "./artifacts-digest"
import { compareWithLive, compareWithPopularity, holdOut, unreadable, type LiveVersion } from "./comparison"
import { crossValidate, summarise } from "./cross-validate"
import { FitRun, rounded, type RunContext } from "./fit-run"
import type { ModelVersion } from "./model-store.port"
import { BASELINE, planModels, type OptionsByModel, type PlannedModel } from "./plan-models"
import { decidePromotion, type Promotion } from "./promotion"
import { searchOptions, type Found } from "./search/search"
import type { TrainingData } from "./training-data"

const DAY_MS = 86_400_000
/** Share of a run's progress that a search stands for. */
const SEARCHING = 0.5

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
  /** Search for better options before, on sessions older than those the version is judged by. Default: none. */
  search?: { trials: number; minutes: number }
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

export interface TrainContext extends RunContext {
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
  // What a search has found stays until another finds better.
  const tuned = tunedOf(live?.version)
  let planned = planModels(options.names, merged(tuned, options.models))
  const events = data.interactions.item.length
  if (events === 0 || events < minEvents) {
    throw new PersonalizationError(
      "nothing_to_train",
      `${events} interactions that models may learn from, and ${minEvents} are needed: wait for more shoppers who ` +
        "agree to `model_training`, import orders, or lower the option `training.minEvents`"
    )
  }
  const heldOut = holdOut(data, { share: validationShare, folds, limit: maxValidation, live: live?.version })
  const { trials = 0, minutes = 0 } = options.search ?? {}
  let searched: Map<string, Found> | undefined
  if (trials > 0) {
    context.stage?.("search")
    const before = { ...context, progress: (share: number) => context.progress(SEARCHING * share) }
    const how = { trials, minutes, share: validationShare, fixed: options.models ?? {}, clock }
    searched = await searchOptions(planned, heldOut.parts[0].fold.train, how, before)
    for (const [name, { options: better }] of searched)
      if (Object.keys(better).length > 0) tuned[name] = { ...tuned[name], ...better }
    planned = planModels(options.names, merged(tuned, options.models))
  }
  const begin = trials > 0 ? SEARCHING : 0
  const rest = {
    ...context,
    progress: (share: number) => context.progress(rounded(begin + (1 - begin) * share)),
  }
  const limit = { clock, limitMs: (options.modelMinutes ?? Infinity) * 60_000, memory: context.memory }
  const run = new FitRun(planned, rest, limit)
  await run.validate((model, told) => crossValidate(model, heldOut, data.interactions.itemIds.length, told))
  const measured = new Map([...run.validated].map(([name, { steps }]) => [name, steps]))
  const promotion = measured.has(BASELINE)
    ? decidePromotion({
        hasLive: live !== undefined,
        difference: live && compareWithLive(live, heldOut.steps, measured, context),
        overPopularity: compareWithPopularity(data, heldOut.steps, measured, context),
        outdated: live && outdated(live, data, planned, options.maxAgeDays ?? Infinity),
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
    ...(Object.keys(tuned).length > 0 && { tuned }),
  }
  context.progress(1)
  const metrics = [...run.validated].map(([name, validated]) => [
    name,
    {
      ...summarise(validated, heldOut.steps, context.seed),
      ...run.costs.get(name),
      ...searchFigures(searched?.get(name)),
    },
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

/** What earlier searches found, as far as the models of this release take it. */
function tunedOf(live: ModelVersion | undefined): Record<string, Record<string, unknown>> {
  const tuned = Object.entries((live?.config.tuned ?? {}) as Record<string, Record<string, unknown>>)
  return Object.fromEntries(
    tuned.filter(([name, options]) => {
      try {
        planModels([name], { [name]: options })
        return true
      } catch {
        return false
      }
    })
  )
}

/** Options by model, those of `over` before those of `under`. */
function merged(under: OptionsByModel, over: OptionsByModel = {}): OptionsByModel {
  const names = [...new Set([...Object.keys(under), ...Object.keys(over)])]
  return Object.fromEntries(names.map((name) => [name, { ...under[name], ...over[name] }]))
}

const searchFigures = (found: Found | undefined): Record<string, number> =>
  found ? { search_trials: found.trials, search_before: found.before, search_best: found.best } : {}

/** Why a version should give way to any that is not worse; undefined when it need not. */
function outdated(
  live: LiveVersion,
  data: TrainingData,
  planned: readonly PlannedModel[],
  maxAgeDays: number
): string | undefined {
  const { version } = live
  const broken = unreadable(live)
  if (broken.length > 0) return `this release cannot read ${broken.join(", ")} of the live version`
  const days = (windowOf(data).to - version.window.to) / DAY_MS
  if (days >= maxAgeDays) return `the live version lacks the last ${Math.floor(days)} days`
  const missing = planned
    .map(({ definition }) => definition.name)
    .filter((name) => !version.models.includes(name) && !(name in (version.leftOut ?? {})))
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
