import type { SubjectRef } from "../privacy"

/** Whose profile is to be forgotten. */
export interface Forgotten extends SubjectRef {
  /** Sessions that were theirs. */
  sessionIds?: readonly string[]
  /** Events up to this offset, if they are still to come, build no profile. Default: all that are in the log. */
  upTo?: string
}

/** What keeps the features in step with what happens. */
export interface FeatureFollower {
  /** Profiles are whole: everything that is kept is in them. */
  readonly rebuilt: boolean
  /** Begins, beside everything else: returns at once. @param since events before this time (ms) are left out */
  begin(since?: number): void
  /** Resolves when everything appended before the call can be read. */
  caughtUp(): Promise<void>
  stop(): Promise<void>
  forget(who: Forgotten): Promise<void>
}
