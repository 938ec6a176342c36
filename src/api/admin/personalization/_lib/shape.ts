import type { TrainingRun } from "../../../../modules/personalization/training-runs"
import type { ModelVersion } from "../../../../services/models"
import type { Run } from "../types"

const iso = (ms: number) => new Date(ms).toISOString()

/** A training run as the admin API shows it. */
export function shapeRun(run: TrainingRun): Run {
  const { startedAt, finishedAt, ...rest } = run
  return { ...rest, started_at: iso(startedAt), ...(finishedAt && { finished_at: iso(finishedAt) }) }
}

/** The version that serves now, or null before the first training. */
export function liveOf(versions: readonly ModelVersion[]): ModelVersion | null {
  return versions.find((version) => version.status === "live") ?? null
}
