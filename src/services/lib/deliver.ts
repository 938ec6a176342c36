import { PersonalizationError } from "./errors"

/** How often, and how patiently, a failing batch is tried again. */
export interface DeliveryPolicy {
  maxAttempts: number
  /** Wait after the n-th failure, ms; doubled each time up to 30 s. */
  backoffMs: number
  /** Resolves after `ms`, or at once when delivery is being stopped. */
  wait(ms: number): Promise<void>
  /** Stops trying: the batch stays unacknowledged. */
  stopped(): boolean
}

const MAX_BACKOFF_MS = 30_000

/** The fault is not the batch's: a part that the handler needs is away, and will be back. */
const isAway = (error: unknown): boolean =>
  error instanceof PersonalizationError && error.code === "unavailable"

async function attempt<T>(
  batch: readonly T[],
  handler: (batch: readonly T[]) => Promise<void>,
  policy: DeliveryPolicy
): Promise<Error | undefined> {
  for (let tries = 1, faults = 0; ; tries++) {
    try {
      await handler(batch)
      return undefined
    } catch (cause) {
      if (!isAway(cause)) faults++
      if (faults >= policy.maxAttempts || policy.stopped()) return cause as Error
      await policy.wait(Math.min(MAX_BACKOFF_MS, policy.backoffMs * 2 ** Math.min(tries - 1, 20)))
    }
  }
}

/**
 * Hands a batch to its handler until it succeeds. After `maxAttempts` its parts are tried one by one,
 * in order, and those that fail alone are given to `bury`, so that one poisoned message stops nobody.
 * A handler that is `unavailable` is tried for as long as it takes: no fault of the batch's.
 * Returns false when it was stopped before the end: the batch must then be delivered again.
 */
export async function deliver<T>(
  batch: readonly T[],
  handler: (batch: readonly T[]) => Promise<void>,
  policy: DeliveryPolicy,
  bury: (item: T, error: Error) => Promise<void>
): Promise<boolean> {
  const failure = await attempt(batch, handler, policy)
  if (!failure) return true
  if (policy.stopped()) return false
  if (batch.length === 1) {
    await bury(batch[0], failure)
    return true
  }
  for (const item of batch) {
    const error = await attempt([item], handler, policy)
    if (error && policy.stopped()) return false
    if (error) await bury(item, error)
  }
  return true
}
