import { bootstrapMean, type Artifact, type ListMetrics } from "../lib"
import type { HeldOut } from "./comparison"
import type { FitContext } from "./model"
import type { PlannedModel } from "./plan-models"
import { mean, measure, VALIDATION_K, type ValidationExample } from "./validation"

/** What a model is worth on the held-out sessions. */
export interface Validated {
  /** In the order of `HeldOut.steps`. */
  steps: ListMetrics[]
  /** In the order of `HeldOut.baskets`. */
  baskets: ListMetrics[]
  /** Share of the catalogue that its lists reach. */
  coverage: number
  /** The model as fitted for the newest fold. */
  artifact: Artifact
}

/** Fits a model on what came before each fold and asks it that fold's questions. One model is held at a time. */
export async function crossValidate(
  { definition, options }: PlannedModel,
  { parts }: HeldOut,
  items: number,
  context: FitContext
): Promise<Validated> {
  const steps: ListMetrics[] = []
  const baskets: ListMetrics[] = []
  const shown = new Set<string>()
  let artifact: Artifact = { meta: {}, arrays: {} }
  for (const [i, { fold, ...asked }] of parts.entries()) {
    const model = definition.create(options)
    await model.fit(fold.train, {
      ...context,
      progress: (share) => context.progress((i + share) / parts.length),
    })
    const answered = measure(model, asked.steps, 0, context)
    for (const id of answered.shown) shown.add(id)
    steps.push(...answered.perExample)
    baskets.push(...measure(model, asked.baskets, 0, context).perExample)
    if (i === parts.length - 1) artifact = model.save()
  }
  return { steps, baskets, coverage: items > 0 ? shown.size / items : 0, artifact }
}

/** The figures of a version's report. */
export function summarise(
  { steps, baskets, coverage }: Validated,
  examples: readonly ValidationExample[],
  seed: number
): Record<string, number> {
  const hits = steps.map(({ hr }) => hr)
  const units = examples.map(({ unit }) => unit)
  const interval = bootstrapMean(hits, units, { seed, rounds: 500 })
  return {
    [`hr@${VALIDATION_K}`]: mean(hits),
    [`hr@${VALIDATION_K}_low`]: interval.low,
    [`hr@${VALIDATION_K}_high`]: interval.high,
    [`mrr@${VALIDATION_K}`]: mean(steps.map(({ mrr }) => mrr)),
    [`ndcg@${VALIDATION_K}`]: mean(steps.map(({ ndcg }) => ndcg)),
    [`coverage@${VALIDATION_K}`]: coverage,
    examples: examples.length,
    [`basket_hr@${VALIDATION_K}`]: mean(baskets.map(({ hr }) => hr)),
    basket_examples: baskets.length,
  }
}
