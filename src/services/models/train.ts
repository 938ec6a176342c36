import {
  bootstrapMean,
  PersonalizationError,
  systemClock,
  type Artifact,
  type Clock,
  type ListMetrics,
} from "../lib"
import { artifactsDigest } from "./artifacts-digest"
import { compareWithLive, compareWithPopularity, holdOut, type LiveVersion } from "./comparison"
import type { FitContext, Model } from "./model"
import type { ModelVersion } from "./model-store.port"
import { decidePromotion, type Promotion } from "./promotion"
import { MODELS } from "./registry"
import type { TrainingData } from "./training-data"
import { basketExamples, mean, measure, VALIDATION_K, type ValidationExample } from "./validation"

export interface TrainOptions {
  /** Fewer interactions than this: `nothing_to_train`. Default 50. */
  minEvents?: number
  /** Newest share of the sessions held out to measure. Default 0.1. */
  validationShare?: number
  /** Validation steps, and orders, at most: the newest. Default 2000, which tells 2 points of HR apart. */
  maxValidation?: number
  /** Options by model name. */
  models?: Record<string, Record<string, unknown>>
  /** What is live now, to compare with. */
  live?: LiveVersion
  clock?: Clock
}

/** A shop never wants the product it is looking at recommended, though reloads make sessions stay on it. */
const SHOP_DEFAULTS: Readonly<Record<string, Record<string, unknown>>> = {
  "sequential-rules": { recommendLast: "never" },
  "association-rules": { recommendLast: "never" },
  "vmis-knn": { recommendLast: "never" },
  vstan: { recommendLast: "never" },
}

/** `context.progress` with the stage that it belongs to. */
export interface TrainContext extends FitContext {
  /** Told when a stage begins: `validate:<model>`, `fit:<model>`. */
  stage?(name: string): void
}

/**
 * Trains all models: fits them on the older sessions, measures them on the newest against popularity, then fits
 * them again on everything. A version that should not go live carries the reason.
 * @throws PersonalizationError `nothing_to_train`, `cancelled`
 */
export async function train(
  data: TrainingData,
  options: TrainOptions,
  context: TrainContext
): Promise<{ artifacts: Record<string, Artifact>; version: ModelVersion; promotion: Promotion }> {
  const { minEvents = 50, validationShare = 0.1, maxValidation = 2000, clock = systemClock } = options
  const begun = clock.now()
  const modelOptions = Object.fromEntries(
    MODELS.map(({ name }) => [name, { ...SHOP_DEFAULTS[name], ...options.models?.[name] }])
  )
  const events = data.interactions.item.length
  if (events === 0 || events < minEvents) {
    throw new PersonalizationError(
      "nothing_to_train",
      `${events} interactions that models may learn from, and ${minEvents} are needed: wait for more shoppers who ` +
        "agree to `model_training`, import orders, or lower the option `training.minEvents`"
    )
  }
  const { fold, steps } = holdOut(data, validationShare, maxValidation, options.live?.version)
  const baskets = basketExamples(fold, maxValidation)
  const half = MODELS.length
  const metrics: ModelVersion["metrics"] = {}
  const measured = new Map<string, ListMetrics[]>()
  for (const [i, definition] of MODELS.entries()) {
    const model = definition.create(modelOptions[definition.name])
    await fit(model, fold.train, stage(context, `validate:${model.name}`, i / (2 * half), 0.5 / half))
    const { perExample, coverage } = measure(model, steps, data.interactions.itemIds.length, context)
    measured.set(model.name, perExample)
    metrics[model.name] = summarise(perExample, steps, coverage, context.seed)
    const basket = measure(model, baskets, 0, context).perExample
    metrics[model.name][`basket_hr@${VALIDATION_K}`] = mean(basket.map(({ hr }) => hr))
    metrics[model.name].basket_examples = baskets.length
  }
  const promotion = decidePromotion({
    hasLive: options.live !== undefined,
    difference: options.live && compareWithLive(options.live, steps, measured, context),
    overPopularity: compareWithPopularity(data, steps, measured, context),
  })
  const artifacts: Record<string, Artifact> = {}
  for (const [i, definition] of MODELS.entries()) {
    const model = definition.create(modelOptions[definition.name])
    await fit(model, data, stage(context, `fit:${model.name}`, 0.5 + i / (2 * half), 0.5 / half))
    artifacts[model.name] = model.save()
  }
  const config = { models: modelOptions, seed: context.seed, validationShare }
  context.progress(1)
  return {
    artifacts,
    promotion,
    version: {
      version: artifactsDigest(artifacts, config),
      status: "candidate",
      createdAt: begun,
      models: Object.keys(artifacts),
      config,
      window: windowOf(data),
      metrics,
      ...(!promotion.promote && { reason: promotion.reason }),
      durationMs: clock.now() - begun,
    },
  }
}

async function fit(model: Model, data: TrainingData, context: FitContext): Promise<void> {
  // Lets a message that cancels the run arrive between two models.
  await new Promise((resolve) => setImmediate(resolve))
  context.checkCancelled()
  await model.fit(data, context)
}

/** The part of a run's progress that one model's fit stands for. */
function stage(context: TrainContext, name: string, from: number, share: number): FitContext {
  context.stage?.(name)
  return {
    seed: context.seed,
    logger: context.logger,
    // Rounded, so that the end of one part is not a hair above the beginning of the next.
    progress: (part) => context.progress(Math.round((from + share * part) * 1e6) / 1e6),
    checkCancelled: () => context.checkCancelled(),
    trainer: context.trainer,
  }
}

function summarise(
  perExample: readonly ListMetrics[],
  examples: readonly ValidationExample[],
  coverage: number,
  seed: number
): Record<string, number> {
  const hits = perExample.map(({ hr }) => hr)
  const units = examples.map(({ unit }) => unit)
  const interval = bootstrapMean(hits, units, { seed, rounds: 500 })
  return {
    [`hr@${VALIDATION_K}`]: mean(hits),
    [`hr@${VALIDATION_K}_low`]: interval.low,
    [`hr@${VALIDATION_K}_high`]: interval.high,
    [`mrr@${VALIDATION_K}`]: mean(perExample.map(({ mrr }) => mrr)),
    [`ndcg@${VALIDATION_K}`]: mean(perExample.map(({ ndcg }) => ndcg)),
    [`coverage@${VALIDATION_K}`]: coverage,
    examples: examples.length,
  }
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
