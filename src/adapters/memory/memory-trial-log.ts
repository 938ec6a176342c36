import type { EventLog } from "../../services/events"
import { summariseShadow, type Outcomes, type ShadowAnswer, type TrialLog } from "../../services/models"
import type { MemoryExposureStore } from "./memory-exposure-store"

/** Trials of one process. */
export class MemoryTrialLog implements TrialLog {
  private kept: ShadowAnswer[] = []

  constructor(
    private readonly exposures: Pick<MemoryExposureStore, "all">,
    private readonly events: Pick<EventLog, "replay">
  ) {}

  async record(answers: readonly ShadowAnswer[]): Promise<void> {
    this.kept.push(...structuredClone(answers))
  }

  async answers(version: string, limit: number): Promise<ShadowAnswer[]> {
    return this.kept
      .filter((answer) => answer.version === version)
      .reverse()
      .slice(0, limit)
  }

  async summary(version: string, since: number) {
    return summariseShadow(this.kept.filter((answer) => answer.version === version && answer.ts >= since))
  }

  async outcomes(versions: readonly string[], since: number): Promise<Map<string, Outcomes>> {
    const clicked = new Set<string>()
    for await (const batch of this.events.replay())
      for (const { event } of batch) {
        const request = event.request_id ?? event.items[0]?.request_id
        if (event.type === "select_item" && request !== undefined) clicked.add(request)
      }
    const found = new Map<string, Outcomes>()
    for (const { modelVersion, ts, fallback, requestId } of this.exposures.all()) {
      if (modelVersion === undefined || !versions.includes(modelVersion) || ts < since) continue
      const outcomes = found.get(modelVersion) ?? { lists: 0, fallbacks: 0, clicked: 0 }
      outcomes.lists++
      if (fallback !== undefined) outcomes.fallbacks++
      if (clicked.has(requestId)) outcomes.clicked++
      found.set(modelVersion, outcomes)
    }
    return found
  }

  async prune(keep: number): Promise<void> {
    this.kept = this.kept.slice(Math.max(0, this.kept.length - keep))
  }
}
