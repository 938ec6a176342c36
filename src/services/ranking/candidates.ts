import type { Candidate } from "../retrieval"
import type { FeatureOf } from "./rank-feature"
import type { RankCandidates } from "./ranker.port"

/** Rank at which a vote is worth half of the first place's. */
const HALF = 20

/**
 * By number of a product: the gathering that met it last, and its place there. One for the whole process, as are the
 * columns, for gathering lets nobody in between.
 */
let met = new Float64Array(0)
let gatherings = 0
let votesOfAll = new Float64Array(0)
let valuesOfAll = new Float64Array(0)

export interface GatherInput {
  answers: ReadonlyMap<string, readonly Candidate[]>
  /** Those whose answers count; the votes stand in their order. */
  sources: readonly { name: string }[]
  /** The product's number among the catalogue's cards, when it may be shown, else −1. */
  admit(candidate: Candidate): number
  /** What each feature says of a product; undefined where it says 0 of all. */
  features: readonly (FeatureOf | undefined)[]
  /** Every number of a product lies below it. */
  end: number
}

/**
 * Brings the sources' lists together, one entry a product.
 *
 * Scores of different sources are not comparable: counts of purchases have a long tail, where min–max would
 * leave all but the first product at nothing; cosines crowd near their top, where it would blow up noise. So
 * only the order counts: a vote is HALF / (HALF + rank), the reciprocal rank of Cormack, Clarke & Büttcher
 * (SIGIR 2009). Equal scores share a rank, so that the order of ties within a source decides nothing.
 * What is lost is how sure a source was: the first of a weak list weighs as much as that of a strong one.
 *
 * @returns columns that the next gathering writes over: whoever wants to keep them makes a copy
 */
export function gather({ answers, sources, admit, features, end }: GatherInput): RankCandidates {
  if (met.length < 2 * end) met = new Float64Array(4 * end)
  const gathering = ++gatherings
  const width = sources.length
  const most = sources.reduce((sum, { name }) => sum + (answers.get(name)?.length ?? 0), 0)
  const depth = features.length
  if (votesOfAll.length < most * width) votesOfAll = new Float64Array(2 * most * width)
  if (valuesOfAll.length < most * depth) valuesOfAll = new Float64Array(2 * most * depth)
  const [votes, values] = [votesOfAll, valuesOfAll]
  const ids: string[] = []
  for (let place = 0; place < width; place++) {
    let rank = 0
    let kept = 0
    let last = NaN
    for (const candidate of answers.get(sources[place].name) ?? []) {
      const number = admit(candidate)
      if (number < 0) continue
      const mark = 2 * number
      if (met[mark] !== gathering) {
        met[mark] = gathering
        met[mark + 1] = ids.length
        votes.fill(0, ids.length * width, (ids.length + 1) * width)
        fill(values, ids.length * depth, features, number, candidate.id)
        ids.push(candidate.id)
      }
      const at = met[mark + 1] * width + place
      if (votes[at] > 0) continue
      if (candidate.score !== last) rank = kept
      last = candidate.score
      kept++
      votes[at] = HALF / (HALF + rank)
    }
  }
  return {
    ids,
    votes: votes.subarray(0, ids.length * width),
    features: values.subarray(0, ids.length * depth),
  }
}

/** Writes what the features say of a product from `at` on. */
export function fill(
  values: Float64Array,
  at: number,
  features: readonly (FeatureOf | undefined)[],
  number: number,
  id: string
): void {
  for (let one = 0; one < features.length; one++) values[at + one] = features[one]?.(number, id) ?? 0
}
