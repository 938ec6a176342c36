import { PersonalizationError, type Clock } from "../lib"
import type { FitContext } from "./model"

/** What a piece of work gave, or why it gave nothing; and what it cost. */
export type Guarded<T> = { cost: Cost } & ({ value: T } | { reason: string })

export interface Cost {
  seconds: number
  /** Highest memory of the training thread that was seen meanwhile, all it holds included; absent when nobody told. */
  peakMb?: number
}

export interface GuardOptions {
  clock: Clock
  /** Longer than this, the work is given up at its next look at `checkCancelled`. */
  limitMs?: number
  /** Bytes that the training thread holds now. */
  memory?(): number
}

const MB = 2 ** 20
/** Asking for the memory costs more than most steps of a loop. */
const SAMPLE_MS = 20

/**
 * Does work of one model that may fail without taking the others along.
 * @throws PersonalizationError `cancelled` when the whole run was cancelled; nothing else
 */
export async function guarded<T>(
  work: (context: FitContext) => Promise<T>,
  context: FitContext,
  { clock, limitMs = Infinity, memory }: GuardOptions
): Promise<Guarded<T>> {
  const begun = clock.now()
  let peak = memory?.()
  let sampled = begun
  let isLate = false
  const look = () => {
    const now = clock.now()
    if (memory && now - sampled >= SAMPLE_MS) {
      sampled = now
      peak = Math.max(peak!, memory())
    }
    return now
  }
  const watched: FitContext = {
    ...context,
    progress: (share) => {
      look()
      context.progress(share)
    },
    checkCancelled: () => {
      context.checkCancelled()
      if (look() - begun <= limitMs) return
      isLate = true
      // The one error that every model, and one made of others, lets through.
      throw new PersonalizationError("cancelled", "out of time")
    },
  }
  const cost = (): Cost => ({
    seconds: (clock.now() - begun) / 1000,
    ...(memory && { peakMb: Math.ceil(Math.max(peak!, memory()) / MB) }),
  })
  try {
    const value = await work(watched)
    return { value, cost: cost() }
  } catch (error) {
    if (isLate) return { reason: `it took longer than ${limitMs / 60_000} minutes`, cost: cost() }
    if (error instanceof PersonalizationError && error.code === "cancelled") throw error
    return { reason: (error as Error).message, cost: cost() }
  }
}
