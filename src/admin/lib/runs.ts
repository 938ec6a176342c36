import type { Run } from "./api"

/** The run that is going on, if one is. */
export function runningOf(runs: readonly Run[] | undefined): Run | undefined {
  return runs?.find((run) => run.status === "running")
}

/** The run that was seen going on and has ended since. */
export function endedSince(watched: string | undefined, runs: readonly Run[]): Run | undefined {
  return runs.find((run) => run.id === watched && run.status !== "running")
}

/** How long a run took, or has taken until `now`, in ms. */
export function durationOf(run: Run, now: number): number {
  const end = run.finished_at === undefined ? now : Date.parse(run.finished_at)
  return Math.max(0, end - Date.parse(run.started_at))
}
