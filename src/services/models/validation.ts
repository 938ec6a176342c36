import { listMetrics, pessimisticRanks, type ListMetrics } from "../lib"
import type { FitContext, Model, ModelQuery } from "./model"
import type { Fold } from "./temporal-split"

/** One question with its right answers, all known before any model is asked. */
export interface ValidationExample {
  query: ModelQuery
  target: string
  /** Session or order that it comes from: the unit of the bootstrap. */
  unit: number
  /** ms since the epoch */
  at: number
}

/** List length of all validation metrics. */
export const VALIDATION_K = 20

/** Of one session, or one order, so much is asked: a robot's must not decide. */
const MOST_STEPS = 50

/** Every step of the held-out sessions predicts the next item; of too many, the newest are kept. */
export function nextItemExamples({ sessions }: Fold, limit: number): ValidationExample[] {
  const examples: ValidationExample[] = []
  for (let unit = sessions.length - 1; unit >= 0 && examples.length < limit; unit--) {
    const { items, endedAt } = sessions[unit]
    for (let step = items.length - 1; step >= Math.max(1, items.length - MOST_STEPS); step--) {
      examples.push({ query: { session: items.slice(0, step) }, target: items[step], unit, at: endedAt })
    }
  }
  return examples
}

/** The last item of every held-out order is predicted from the others, the newest of them. */
export function basketExamples({ baskets }: Fold, limit: number): ValidationExample[] {
  return baskets
    .map((items, unit) => ({ items, unit }))
    .filter(({ items }) => items.length >= 2)
    .slice(-limit)
    .map(({ items, unit }) => ({
      query: { seeds: items.slice(-1 - MOST_STEPS, -1) },
      target: items.at(-1)!,
      unit,
      at: 0,
    }))
}

/**
 * Asks one model every example: metrics per example, the items of its lists, and their share of the catalogue.
 * @throws Error when a score is no number
 */
export function measure(
  model: Model,
  examples: readonly ValidationExample[],
  items: number,
  context: Pick<FitContext, "checkCancelled">
): { perExample: ListMetrics[]; coverage: number; shown: Set<string> } {
  const shown = new Set<string>()
  const perExample = examples.map(({ query, target }, i) => {
    if ((i & 255) === 0) context.checkCancelled()
    const list = model.recommend(query, VALIDATION_K + 1)
    for (const { id, score } of list) {
      if (!Number.isFinite(score)) throw new Error(`it gave ${id} the score ${score}`)
    }
    for (let rank = 0; rank < Math.min(VALIDATION_K, list.length); rank++) shown.add(list[rank].id)
    return listMetrics(pessimisticRanks(list, new Set([target])), 1, VALIDATION_K)
  })
  return { perExample, coverage: items > 0 ? shown.size / items : 0, shown }
}

export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
