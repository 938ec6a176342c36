import { groupRows, TopK, type Artifact, type Scored } from "../lib"
import { ItemTable, sequenceOf } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions } from "./options"
import { mayRecommendLast } from "./repeats"
import type { TrainingData } from "./training-data"
import { vmisKnnOptions, vstanOptions, type SessionKnnOptions } from "./session-knn-options"

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
 * timestamps of the original is not needed.
 * Memory: 8 bytes per (session, item) pair and 8 per session; a query needs m × 20 bytes of scratch.
 */
class SessionKnn implements Model {
  private readonly options: SessionKnnOptions
  private items = new ItemTable([])
  /** Sessions of an item, newest first, at most m. */
  private itemStart: Int32Array = new Int32Array(1)
  private itemSessions: Int32Array = new Int32Array(0)
  /** Distinct items of a session, in order of their first appearance. */
  private sessionStart: Int32Array = new Int32Array(1)
  private sessionItems: Int32Array = new Int32Array(0)
  private idf: Float64Array = new Float64Array(0)
  private scores: Float64Array = new Float64Array(0)
  private keepLast = false
  private neighbours: TopK
  private candidate: Int32Array
  private similarity: Float64Array
  private step: Int32Array

  constructor(
    readonly name: string,
    schema: typeof vmisKnnOptions,
    options?: Record<string, unknown>
  ) {
    this.options = modelOptions(name, schema, options)
    const { m, k } = this.options
    this.neighbours = new TopK(Math.min(k, m))
    this.candidate = new Int32Array(m)
    this.similarity = new Float64Array(m)
    this.step = new Int32Array(m)
  }

  fit({ interactions }: TrainingData, context: FitContext): void {
    this.items = new ItemTable(interactions.itemIds)
    const size = this.items.size
    const sessions = interactions.sessionStart.length - 1
    this.keepLast = mayRecommendLast(this.options.recommendLast, interactions)
    const seenIn = new Int32Array(size).fill(-1)
    const pairItem = new Int32Array(interactions.item.length)
    const pairSession = new Int32Array(interactions.item.length)
    this.sessionStart = new Int32Array(sessions + 1)
    let pairs = 0
    for (let session = 0; session < sessions; session++) {
      if ((session & 65_535) === 0) context.checkCancelled()
      for (
        let row = interactions.sessionStart[session];
        row < interactions.sessionStart[session + 1];
        row++
      ) {
        const item = interactions.item[row]
        if (seenIn[item] === session) continue
        seenIn[item] = session
        pairItem[pairs] = item
        pairSession[pairs++] = session
      }
      this.sessionStart[session + 1] = pairs
    }
    context.progress(0.5)
    this.sessionItems = pairItem.slice(0, pairs)
    const byItem = groupRows(this.sessionItems, size)
    this.itemStart = new Int32Array(size + 1)
    for (let item = 0; item < size; item++) {
      const count = byItem.start[item + 1] - byItem.start[item]
      this.itemStart[item + 1] = this.itemStart[item] + Math.min(count, this.options.m)
    }
    this.idf =
      this.options.idfMode === "times"
        ? idf(this.sessionItems, size, pairs)
        : idf(interactions.item, size, sessions)
    this.itemSessions = new Int32Array(this.itemStart[size])
    for (let item = 0; item < size; item++) {
      let from = byItem.start[item + 1] - 1
      for (let at = this.itemStart[item]; at < this.itemStart[item + 1]; at++) {
        this.itemSessions[at] = pairSession[byItem.rows[from--]]
      }
    }
    this.scores = new Float64Array(size)
    context.progress(1)
  }

  recommend(query: ModelQuery, k: number): Scored[] {
    const { lastItems, historyItems } = this.options
    const ordered = (query.session?.length ?? 0) > 0
    const weighting = ordered ? this.options : UNORDERED
    const recent = this.items
      .known(sequenceOf(query))
      .slice(-(ordered ? lastItems || Infinity : historyItems))
    if (recent.length === 0) return []
    const { unique, weights, steps } = this.weigh(recent, weighting)
    const found = this.findCandidates(unique, weights, steps, weighting)
    this.neighbours.clear()
    for (let i = 0; i < found; i++) this.neighbours.offer(i, this.similarity[i])
    const touched = this.vote(unique, weighting)
    const last = this.keepLast ? -1 : recent[recent.length - 1]
    const top = new TopK(Math.min(k, touched.length))
    for (const item of touched) {
      if (item !== last) top.offer(item, this.scores[item])
      this.scores[item] = 0
    }
    return this.items.scored(top)
  }

  save(): Artifact {
    const { itemStart, itemSessions, sessionStart, sessionItems, idf } = this
    return {
      meta: { keepLast: this.keepLast },
      arrays: { items: this.items.pack(), itemStart, itemSessions, sessionStart, sessionItems, idf },
    }
  }

  load({ meta, arrays }: Artifact): void {
    this.keepLast = meta.keepLast === true
    this.items = ItemTable.unpack(arrays.items)
    this.itemStart = arrays.itemStart as Int32Array
    this.itemSessions = arrays.itemSessions as Int32Array
    this.sessionStart = arrays.sessionStart as Int32Array
    this.sessionItems = arrays.sessionItems as Int32Array
    this.idf = arrays.idf as Float64Array
    this.scores = new Float64Array(this.items.size)
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
      weights.push(sessionIdf ? weight * this.idf[item] : weight)
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
    const sessions = this.sessionStart.length - 1
    const cursors = unique.map((item) => this.itemStart[item])
    const ends = unique.map((item) => this.itemStart[item + 1])
    let found = 0
    for (; found < m; found++) {
      let newest = -1
      for (let list = 0; list < unique.length; list++) {
        if (cursors[list] < ends[list]) newest = Math.max(newest, this.itemSessions[cursors[list]])
      }
      if (newest < 0) break
      let similarity = 0
      let step = 0
      for (let list = 0; list < unique.length; list++) {
        if (cursors[list] === ends[list] || this.itemSessions[cursors[list]] !== newest) continue
        cursors[list]++
        similarity += weights[list]
        if (step === 0) step = steps[list]
      }
      if (lengthNorm) similarity /= Math.sqrt(this.sessionStart[newest + 1] - this.sessionStart[newest])
      if (recencyScale > 0) similarity *= Math.exp(-(sessions - newest) / sessions / recencyScale)
      this.candidate[found] = newest
      this.similarity[found] = similarity
      this.step[found] = step
    }
    return found
  }

  /** Adds the neighbours' votes to `scores` and returns the items that got one. */
  private vote(unique: readonly number[], { distanceScale }: Weighting): number[] {
    const { idfWeighting, idfMode } = this.options
    const base = idfMode === "plus" || idfWeighting === 0 ? 1 : 0
    const { numbers, scores: similarities } = this.neighbours.drain()
    const touched: number[] = []
    for (let i = 0; i < numbers.length; i++) {
      const session = this.candidate[numbers[i]]
      const vote = similarities[i] * this.matchWeight(this.step[numbers[i]])
      const begin = this.sessionStart[session]
      const end = this.sessionStart[session + 1]
      const matched = distanceScale > 0 ? this.matchedRow(begin, end, unique) : 0
      for (let row = begin; row < end; row++) {
        const item = this.sessionItems[row]
        let score = vote * (base + idfWeighting * this.idf[item])
        if (distanceScale > 0) score *= Math.exp(-Math.abs(row - matched) / distanceScale)
        if (this.scores[item] === 0) touched.push(item)
        this.scores[item] += score
      }
    }
    return touched
  }

  /** Row of the neighbour's item that the session saw last. */
  private matchedRow(begin: number, end: number, unique: readonly number[]): number {
    for (const item of unique) {
      for (let row = end - 1; row >= begin; row--) if (this.sessionItems[row] === item) return row
    }
    return begin
  }

  private matchWeight(step: number): number {
    if (this.options.matchWeight === "same") return 1
    return this.options.matchWeight === "div" ? 1 / step : Math.max(0, 1 - step / 10)
  }
}

/** ln(total / occurrences) per item; kept above 0, for an item that everybody sees would else never be found. */
function idf(items: Int32Array, size: number, total: number): Float64Array {
  const counts = new Int32Array(size)
  for (const item of items) counts[item]++
  return Float64Array.from(counts, (count) => (count > 0 ? Math.max(1e-3, Math.log(total / count)) : 0))
}

export const vmisKnn: ModelDefinition = {
  name: "vmis-knn",
  create: (options) => new SessionKnn("vmis-knn", vmisKnnOptions, options),
}

export const vstan: ModelDefinition = {
  name: "vstan",
  create: (options) => new SessionKnn("vstan", vstanOptions, options),
}
