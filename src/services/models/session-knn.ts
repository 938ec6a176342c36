import { TopK, type Artifact, type Scored } from "../lib"
import { sequenceOf, type ItemTable } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions } from "./options"
import { mayRecommendLast } from "./repeats"
import type { TrainingData } from "./training-data"
import { SessionIndex } from "./session-index"
import { vmisKnnOptions, vstanOptions, type SessionKnnOptions } from "./session-knn-options"
import type { SearchSpace } from "./search/space"

type Weighting = Pick<SessionKnnOptions, "positionWeight" | "lengthNorm" | "distanceScale">

/**
 * How a history or a cart is weighed: what somebody bought over months has no telling order or neighbourhood, and
 * long neighbours would match it by their mere length. Chosen on held-out months of order data.
 */
const UNORDERED: Weighting = { positionWeight: "linear", lengthNorm: true, distanceScale: 0 }

/**
 * Session neighbours: VMIS-kNN (Kersbergen, Sprangers & Schelter: Serenade, SIGMOD 2022) and VSTAN (Garg et al. 2019;
 * Ludewig et al. 2020), which differ in how position, distance and age fade. Sessions are numbered by their end, so a session's number is its recency: the m most recent
 * candidates come out of a merge of the items' posting lists, newest first, and stop early; the heap of
 * timestamps of the original is not needed. New sessions are inserted without a fit, each in the time that it has items.
 * Memory: that of the index; a query needs m × 20 bytes of scratch.
 */
class SessionKnn implements Model {
  private readonly options: SessionKnnOptions
  private readonly index: SessionIndex
  private scores: Float64Array = new Float64Array(0)
  private keepLast = false
  private neighbours: TopK
  private readonly best = new TopK()
  private candidate: Int32Array
  private similarity: Float64Array
  private step: Int32Array
  /** Items that got a vote, at the front. */
  private touched = new Int32Array(0)

  constructor(
    readonly name: string,
    schema: typeof vmisKnnOptions,
    options?: Record<string, unknown>
  ) {
    this.options = modelOptions(name, schema, options)
    const { m, k, idfMode } = this.options
    this.index = new SessionIndex(m, idfMode === "times" ? "pairs" : "interactions")
    this.neighbours = new TopK(Math.min(k, m))
    this.candidate = new Int32Array(m)
    this.similarity = new Float64Array(m)
    this.step = new Int32Array(m)
  }

  get items(): ItemTable {
    return this.index.items
  }

  fit({ interactions }: TrainingData, context: FitContext): void {
    this.keepLast = mayRecommendLast(this.options.recommendLast, interactions)
    this.index.fit(interactions, context)
    this.makeRoom(this.index.items.size)
    context.progress(1)
  }

  /** Takes a new session into account at once, as the most recent one, without a fit. */
  insert(session: readonly string[]): void {
    this.index.insert(session)
    const { size } = this.index.items
    if (size > this.scores.length) this.makeRoom(size + (size >> 1))
  }

  recommend(query: ModelQuery, k: number): Scored[] {
    const { lastItems, historyItems } = this.options
    const ordered = (query.session?.length ?? 0) > 0
    const weighting = ordered ? this.options : UNORDERED
    const recent = this.index.items
      .known(sequenceOf(query))
      .slice(-(ordered ? lastItems || Infinity : historyItems))
    if (recent.length === 0) return []
    const { unique, weights, steps } = this.weigh(recent, weighting)
    const found = this.findCandidates(unique, weights, steps, weighting)
    this.neighbours.clear()
    for (let i = 0; i < found; i++) this.neighbours.offer(i, this.similarity[i])
    const voted = this.vote(unique, weighting)
    const last = this.keepLast ? -1 : recent[recent.length - 1]
    const top = this.best.clear(Math.min(k, voted))
    for (let i = 0; i < voted; i++) {
      const item = this.touched[i]
      if (item !== last) top.offer(item, this.scores[item])
      this.scores[item] = 0
    }
    return this.index.items.scored(top)
  }

  save(): Artifact {
    const { meta, arrays } = this.index.save()
    return { meta: { ...meta, keepLast: this.keepLast }, arrays }
  }

  load(artifact: Artifact): void {
    this.keepLast = artifact.meta.keepLast === true
    this.index.load(artifact)
    this.makeRoom(this.index.items.size)
  }

  private makeRoom(items: number): void {
    this.scores = new Float64Array(items)
    this.touched = new Int32Array(items)
  }

  /** Distinct items of the session, newest first, with their weight and steps back (newest = 1). */
  private weigh(recent: readonly number[], { positionWeight }: Weighting) {
    const { positionScale, sessionIdf } = this.options
    const unique: number[] = []
    const weights: number[] = []
    const steps: number[] = []
    const n = recent.length
    for (let position = n; position >= 1; position--) {
      const item = recent[position - 1]
      if (unique.includes(item)) continue
      let weight = 1
      if (positionWeight === "linear") weight = position / n
      else if (positionWeight === "quadratic") weight = (position / n) ** 2
      else if (positionWeight === "exponential") weight = Math.exp((position - n) / positionScale)
      unique.push(item)
      weights.push(sessionIdf ? weight * this.index.idf(item) : weight)
      steps.push(n - position + 1)
    }
    return { unique, weights, steps }
  }

  /** Merges the posting lists; fills `candidate`, `similarity` and `step`, and returns how many there are. */
  private findCandidates(
    unique: readonly number[],
    weights: readonly number[],
    steps: readonly number[],
    { lengthNorm }: Weighting
  ): number {
    const { m, recencyScale } = this.options
    const { index } = this
    const { sessions } = index
    const places = unique.map(() => 0)
    const counts = unique.map((item) => index.postings(item))
    const heads = unique.map((item, list) => (counts[list] > 0 ? index.posting(item, 0) : -1))
    let found = 0
    for (; found < m; found++) {
      let newest = -1
      for (let list = 0; list < heads.length; list++) if (heads[list] > newest) newest = heads[list]
      if (newest < 0) break
      let similarity = 0
      let step = 0
      for (let list = 0; list < heads.length; list++) {
        if (heads[list] !== newest) continue
        const place = ++places[list]
        heads[list] = place < counts[list] ? index.posting(unique[list], place) : -1
        similarity += weights[list]
        if (step === 0) step = steps[list]
      }
      if (lengthNorm) similarity /= Math.sqrt(index.end(newest) - index.begin(newest))
      if (recencyScale > 0) similarity *= Math.exp(-(sessions - newest) / sessions / recencyScale)
      this.candidate[found] = newest
      this.similarity[found] = similarity
      this.step[found] = step
    }
    return found
  }

  /** Adds the neighbours' votes to `scores`; fills `touched`, and returns how many items got one. */
  private vote(unique: readonly number[], { distanceScale }: Weighting): number {
    const { idfWeighting, idfMode } = this.options
    const base = idfMode === "plus" ? 1 : 0
    const { numbers, scores: similarities, length } = this.neighbours.lend()
    let touched = 0
    for (let i = 0; i < length; i++) {
      const session = this.candidate[numbers[i]]
      const vote = similarities[i] * this.matchWeight(this.step[numbers[i]])
      const begin = this.index.begin(session)
      const end = this.index.end(session)
      const matched = distanceScale > 0 ? this.matchedRow(begin, end, unique) : 0
      for (let row = begin; row < end; row++) {
        const item = this.index.itemAt(row)
        let score = vote * (idfWeighting > 0 ? base + idfWeighting * this.index.idf(item) : 1)
        if (distanceScale > 0) score *= Math.exp(-Math.abs(row - matched) / distanceScale)
        if (this.scores[item] === 0) this.touched[touched++] = item
        this.scores[item] += score
      }
    }
    return touched
  }

  /** Row of the neighbour's item that the session saw last. */
  private matchedRow(begin: number, end: number, unique: readonly number[]): number {
    for (const item of unique) {
      for (let row = end - 1; row >= begin; row--) if (this.index.itemAt(row) === item) return row
    }
    return begin
  }

  private matchWeight(step: number): number {
    if (this.options.matchWeight === "same") return 1
    return this.options.matchWeight === "div" ? 1 / step : Math.max(0, 1 - step / 10)
  }
}

const SEARCH: SearchSpace = {
  m: { from: 500, to: 5_000, log: true, whole: true },
  k: { from: 100, to: 1_500, log: true, whole: true },
  positionScale: { from: 0.5, to: 8, log: true },
  recencyScale: { from: 0, to: 2 },
  distanceScale: { from: 0.5, to: 10, log: true },
  sessionIdf: { oneOf: [true, false] },
}

export const vmisKnn: ModelDefinition = {
  name: "vmis-knn",
  search: SEARCH,
  create: (options) => new SessionKnn("vmis-knn", vmisKnnOptions, options),
}

export const vstan: ModelDefinition = {
  name: "vstan",
  search: SEARCH,
  create: (options) => new SessionKnn("vstan", vstanOptions, options),
}
