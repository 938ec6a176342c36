import type { TrainingRun } from "../../../../modules/personalization/training-runs"
import type { DeadLetter } from "../../../../services/events"
import type { ModelVersion } from "../../../../services/models"
import type { RankerReport } from "../../../../services/ranking"
import type { DeadLetterShown, RankerShown, Run } from "../types"

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

/** The version in shadow or canary, or null. */
export function trialOf(versions: readonly ModelVersion[]): ModelVersion | null {
  return versions.find(({ status }) => status === "shadow" || status === "canary") ?? null
}

const NAMES = new Set(["visitor_id", "session_id", "customer_id"])

/** Enough of an id to tell two apart, too little to find anyone by. */
const masked = (key: string, value: unknown): unknown =>
  NAMES.has(key) && typeof value === "string" ? `${value.slice(0, 4)}…` : value

/** A dead letter as the admin API shows it: without whom it was about. */
export const shapeDeadLetter = ({ buriedAt, event, ...rest }: DeadLetter): DeadLetterShown => ({
  ...rest,
  buried_at: iso(buriedAt),
  event: JSON.parse(JSON.stringify(event ?? null, masked)),
})

/** What a ranker has learned, as the admin API shows it. */
export const shapeRanker = ({ updatedAt, ...rest }: RankerReport): RankerShown => ({
  ...rest,
  updated_at: updatedAt > 0 ? iso(updatedAt) : null,
})
