import { pairedBootstrap, type Artifact, type Interval, type ListMetrics } from "../lib"
import { loadModels } from "./load-models"
import type { FitContext } from "./model"
import type { ModelVersion } from "./model-store.port"
import { BASELINE } from "./plan-models"
import { rollingFolds, type Fold } from "./temporal-split"
import type { TrainingData } from "./training-data"
import {
  basketExamples,
  mean,
  measure,
  nextItemExamples,
  VALIDATION_K,
  type ValidationExample,
} from "./validation"

/** A version with its artifacts, ready to be compared with. */
export interface LiveVersion {
  version: ModelVersion
  artifacts: Record<string, Artifact>
}

/** With fewer common examples a comparison says nothing. */
const MIN_COMPARISON = 100

/** What models are measured on: the folds, oldest first, each with its questions. */
export interface HeldOut {
  parts: { fold: Fold; steps: ValidationExample[]; baskets: ValidationExample[] }[]
  /** Steps of all parts, in order. */
  steps: ValidationExample[]
  baskets: ValidationExample[]
}

export interface HoldOutOptions {
  /** Newest share of the sessions. */
  share: number
  /** Folds of rolling-origin cross-validation that the share is cut into. */
  folds: number
  /** Steps, and orders, at most: the newest of each fold. */
  limit: number
  live?: ModelVersion
}

/**
 * Sessions to measure on. Where enough of them are newer than the live version, the first cut is where that version's
 * history ends: with less history the candidate would look worse for no fault of its own, above all in a shop
 * whose products change quickly.
 */
export function holdOut(data: TrainingData, { share, folds, limit, live }: HoldOutOptions): HeldOut {
  const held = questionsOf(rollingFolds(data, share, folds), limit)
  const sessions = held.parts.flatMap(({ fold }) => fold.sessions)
  const newer = live && sessions.filter(({ endedAt }) => endedAt > live.window.to).length
  if (!newer || newer === sessions.length || newerSteps(held.steps, live).length < MIN_COMPARISON) return held
  const even = newer / (data.interactions.sessionStart.length - 1)
  return questionsOf(rollingFolds(data, even, folds), limit)
}

function questionsOf(folds: readonly Fold[], limit: number): HeldOut {
  const perFold = Math.ceil(limit / folds.length)
  let units = 0
  const parts = folds.map((fold) => {
    const numbered = (examples: ValidationExample[]) =>
      examples.map((example) => ({ ...example, unit: example.unit + units }))
    const part = {
      fold,
      steps: numbered(nextItemExamples(fold, perFold)),
      baskets: numbered(basketExamples(fold, perFold)),
    }
    units += Math.max(fold.sessions.length, fold.baskets.length)
    return part
  })
  return {
    parts,
    steps: parts.flatMap(({ steps }) => steps),
    baskets: parts.flatMap(({ baskets }) => baskets),
  }
}

/** Indexes of the steps that a version has not learned from. */
const newerSteps = (steps: readonly ValidationExample[], { window }: ModelVersion): number[] =>
  steps.flatMap(({ at }, i) => (at > window.to ? [i] : []))

const hitsOf = (list: readonly ListMetrics[]): number[] => list.map(({ hr }) => hr)
const best = (lists: readonly number[][]) => lists.reduce((a, b) => (mean(b) > mean(a) ? b : a))

/** Models of a version that this release cannot read, as after an update of the plugin. */
export function unreadable({ version, artifacts }: LiveVersion): string[] {
  const names: string[] = []
  loadModels(version, artifacts, (name) => names.push(name))
  return names
}

const readable = ({ version, artifacts }: LiveVersion) => loadModels(version, artifacts, () => undefined)

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
  const incumbents = readable(live).map((model) => hitsOf(measure(model, examples, 0, context).perExample))
  if (incumbents.length === 0 || candidates.length === 0) return undefined
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
  const base = measured.get(BASELINE)
  const others = [...measured].flatMap(([name, list]) => (name === BASELINE ? [] : [hitsOf(list)]))
  if (!base || others.length === 0 || steps.length < MIN_COMPARISON) return undefined
  if (data.interactions.itemIds.length <= 2 * VALIDATION_K) return undefined
  const units = steps.map(({ unit }) => unit)
  return pairedBootstrap(best(others), hitsOf(base), units, { seed: context.seed })
}
