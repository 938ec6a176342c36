import type { Candidate } from "../retrieval"
import type { RankCandidate, SourceVote } from "./ranker.port"

/** Rank at which a vote is worth half of the first place's. */
const HALF = 20

/**
 * Brings the sources' lists together, one entry a product.
 *
 * Scores of different sources are not comparable: counts of purchases have a long tail, where min–max would
 * leave all but the first product at nothing; cosines crowd near their top, where it would blow up noise. So
 * only the order counts: a vote is HALF / (HALF + rank), the reciprocal rank of Cormack, Clarke & Büttcher
 * (SIGIR 2009). Equal scores share a rank, so that the order of ties within a source decides nothing.
 * What is lost is how sure a source was: the first of a weak list weighs as much as that of a strong one.
 *
 * @param sources those whose answers count; the votes stand in their order
 * @param admit how much the shopper cares for the product's categories, 0–1; undefined: it may not be shown
 */
export function gather(
  answers: ReadonlyMap<string, readonly Candidate[]>,
  sources: readonly { name: string }[],
  admit: (id: string) => number | undefined
): RankCandidate[] {
  const found = new Map<string, Gathered>()
  for (const [place, { name }] of sources.entries()) {
    let rank = 0
    let kept = 0
    let last = NaN
    for (const { id, score, because, reason } of answers.get(name) ?? []) {
      let entry = found.get(id)
      if (!entry) {
        const affinity = admit(id)
        if (affinity === undefined) continue
        found.set(id, (entry = { id, votes: sources.map(() => undefined), affinity }))
      }
      if (entry.votes[place]) continue
      if (score !== last) rank = kept
      last = score
      kept++
      entry.votes[place] = { score: HALF / (HALF + rank), because, reason }
    }
  }
  return [...found.values()]
}

interface Gathered extends RankCandidate {
  votes: (SourceVote | undefined)[]
}
