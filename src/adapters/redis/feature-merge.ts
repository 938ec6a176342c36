import { compareOffsets } from "../../services/events"
import type { FeatureKey, FeatureUpdate } from "../../services/features"
import { hasReached, newToken, type HeldRecord } from "./feature-record"

/** One call of `apply`: its updates go in together. */
export interface ApplyRequest {
  updates: readonly FeatureUpdate[]
  resolve(): void
  reject(error: unknown): void
}

/**
 * The records after the requests, one after the other, each with a new token; unchanged ones are left out. A request
 * whose update throws changes nothing, and is returned with its error.
 * @param held the records that are looked at; updates of other keys are left out
 */
export function advance(
  held: ReadonlyMap<FeatureKey, HeldRecord>,
  requests: readonly ApplyRequest[]
): { changed: Map<FeatureKey, HeldRecord>; failed: Map<ApplyRequest, unknown> } {
  const changed = new Map<FeatureKey, HeldRecord>()
  const failed = new Map<ApplyRequest, unknown>()
  for (const request of requests) {
    const own = new Map<FeatureKey, HeldRecord>()
    try {
      for (const update of request.updates) {
        const before = changed.get(update.key) ?? held.get(update.key)
        // Compared with what was there before the request: what happened at one place belongs together.
        if (!before || (update.at && hasReached(before, update.at))) continue
        own.set(update.key, step(own.get(update.key) ?? before, update))
      }
    } catch (error) {
      failed.set(request, error)
      continue
    }
    for (const [key, record] of own) changed.set(key, record)
  }
  for (const [key, record] of changed) changed.set(key, { ...record, token: newToken() })
  return { changed, failed }
}

function step({ token, states, reached }: HeldRecord, { feature, next, at }: FeatureUpdate): HeldRecord {
  const after = { token, states: { ...states, [feature]: next(states[feature]) }, reached }
  if (!at) return after
  const { partition = 0, offset } = at
  const before = reached[partition]
  if (before !== undefined && compareOffsets(before, offset) >= 0) return after
  return { ...after, reached: { ...reached, [partition]: offset } }
}
