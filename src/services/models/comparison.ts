import { pairedBootstrap, type Artifact, type Interval, type ListMetrics } from "../lib"
import { loadModels } from "./load-models"
import type { FitContext } from "./model"
import type { ModelVersion } from "./model-store.port"
import { temporalFold, type Fold } from "./temporal-split"
import type { TrainingData } from "./training-data"
import { mean, measure, nextItemExamples, VALIDATION_K, type ValidationExample } from "./validation"

/** A version with its artifacts, ready to be compared with. */
export interface LiveVersion {
  version: ModelVersion
  artifacts: Record<string, Artifact>
}

/** With fewer common examples a comparison says nothing. */
const MIN_COMPARISON = 100

/**
 * Sessions to measure on. Where enough of them are newer than the live version, the cut is where that version's
 * history ends: with less history the candidate would look worse for no fault of its own, above all in a shop
 * whose products change quickly.
 */
export function holdOut(
  data: TrainingData,
  share: number,
  limit: number,
  live: ModelVersion | undefined
): { fold: Fold; steps: ValidationExample[] } {
  const fold = temporalFold(data, share)
  const steps = nextItemExamples(fold, limit)
  const newer = live && fold.sessions.filter(({ endedAt }) => endedAt > live.window.to).length
  if (!newer || newer === fold.sessions.length || newerSteps(steps, live).length < MIN_COMPARISON)
    return { fold, steps }
  const even = temporalFold(data, newer / (data.interactions.sessionStart.length - 1))
  return { fold: even, steps: nextItemExamples(even, limit) }
}

/** Indexes of the steps that a version has not learned from. */
const newerSteps = (steps: readonly ValidationExample[], { window }: ModelVersion): number[] =>
  steps.flatMap(({ at }, i) => (at > window.to ? [i] : []))

const hitsOf = (list: readonly ListMetrics[]): number[] => list.map(({ hr }) => hr)
const best = (lists: readonly number[][]) => lists.reduce((a, b) => (mean(b) > mean(a) ? b : a))

/** Best model against best model on the sessions that neither side has learned from. */
export function compareWithLive(
  live: LiveVersion,
  steps: readonly ValidationExample[],
  measured: ReadonlyMap<string, readonly ListMetrics[]>,
  context: FitContext
): Interval | undefined {
  const fresh = newerSteps(steps, live.version)
  if (fresh.length < MIN_COMPARISON) return undefined
  const examples = fresh.map((i) => steps[i])
  const candidates = [...measured.values()].map((list) => hitsOf(fresh.map((i) => list[i])))
  const incumbents = loadModels(live.version, live.artifacts).map((model) =>
    hitsOf(measure(model, examples, 0, context).perExample)
  )
  if (incumbents.length === 0) return undefined
  const units = examples.map(({ unit }) => unit)
  return pairedBootstrap(best(candidates), best(incumbents), units, { seed: context.seed })
}

/** The best other model against popularity, which hits blindly where the catalogue is hardly longer than a list. */
export function compareWithPopularity(
  data: TrainingData,
  steps: readonly ValidationExample[],
  measured: ReadonlyMap<string, readonly ListMetrics[]>,
  context: FitContext
): Interval | undefined {
  const base = measured.get("popularity")
  const others = [...measured].flatMap(([name, list]) => (name === "popularity" ? [] : [hitsOf(list)]))
  if (!base || others.length === 0 || steps.length < MIN_COMPARISON) return undefined
  if (data.interactions.itemIds.length <= 2 * VALIDATION_K) return undefined
  const units = steps.map(({ unit }) => unit)
  return pairedBootstrap(best(others), hitsOf(base), units, { seed: context.seed })
}
