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
    const own = new Map<FeatureKey, Draft>()
    try {
      for (const update of request.updates) {
        const before = changed.get(update.key) ?? held.get(update.key)
        // Compared with what was there before the request: what happened at one place belongs together.
        if (!before || (update.at && hasReached(before, update.at))) continue
        let draft = own.get(update.key)
        if (!draft) own.set(update.key, (draft = draftOf(before)))
        step(draft, update)
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

/** A record of our own, which may change until it is handed on. */
interface Draft extends HeldRecord {
  states: Record<string, unknown>
  reached: Record<string, string>
}

const draftOf = ({ token, states, reached }: HeldRecord): Draft => ({
  token,
  states: { ...states },
  reached: { ...reached },
})

function step({ states, reached }: Draft, { feature, next, at }: FeatureUpdate): void {
  states[feature] = next(states[feature])
  if (!at) return
  const { partition = 0, offset } = at
  const before = reached[partition]
  if (before === undefined || compareOffsets(before, offset) < 0) reached[partition] = offset
}
