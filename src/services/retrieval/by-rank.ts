import type { Candidate } from "./candidate-source"

const made = new WeakMap<readonly string[], readonly Candidate[]>()

/** A shelf as candidates with 1 / rank as their scores: made once, for the shelf stays the same for many requests. */
export function byRank(ids: readonly string[]): readonly Candidate[] {
  let candidates = made.get(ids)
  if (!candidates) made.set(ids, (candidates = ids.map((id, rank) => ({ id, score: 1 / (rank + 1) }))))
  return candidates
}
