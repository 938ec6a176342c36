import { z } from "zod"
import { groupRows, TopK, type Artifact, type Scored } from "../lib"
import { ItemTable, sequenceOf } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric, recommendLast } from "./options"
import { mayRecommendLast } from "./repeats"
import type { TrainingData } from "./training-data"
import type { SearchSpace } from "./search/space"

const optionsSchema = z.strictObject({
  /** How far ahead in a session (an association: ahead and back) a rule looks. */
  steps: numeric().int().min(1).default(10),
  /** Weight of another item by its distance d: 1/d, 1/d², or 1. */
  weighting: z.enum(["div", "quadratic", "same"]).default("div"),
  /** Rules kept per item. */
  prune: numeric().int().min(1).default(100),
  /** Items of the session, from its end, whose rules are added up. */
  lastItems: numeric().int().min(1).default(10),
  /** Weight of a rule by each step back in the session. */
  decay: numeric().min(0).max(1).default(0.7),
  /** A rule's weight is divided by its item's support plus this, so that rare items do not shout. 0: not divided. */
  smoothing: numeric().min(0).default(10),
  recommendLast: recommendLast(),
})

/**
 * Rules of one item to another (Kamehkhosh, Jannach & Ludewig 2017), weighted by 1/distance. Sequential rules: who saw
 * i went on to j. Association rules: who saw i saw j, before or after.
 * Fit needs 8 bytes per interaction and item; the model keeps at most `prune` pairs (12 bytes) per item.
 */
class Rules implements Model {
  private readonly options: z.output<typeof optionsSchema>
  items = new ItemTable([])
  private keepLast = false
  private start: Int32Array = new Int32Array(1)
  private successor: Int32Array = new Int32Array(0)
  private weight: Float64Array = new Float64Array(0)
  private support: Int32Array = new Int32Array(0)
  private scratch: Float64Array = new Float64Array(0)
  /** Items that a query has met, at the front. */
  private touched: Int32Array = new Int32Array(0)
  private readonly best = new TopK()

  constructor(
    readonly name: string,
    private readonly looksBack: boolean,
    options?: Record<string, unknown>
  ) {
    this.options = modelOptions(name, optionsSchema, options)
  }

  fit({ interactions }: TrainingData, context: FitContext): void {
    const { steps, prune } = this.options
    const { item, session } = interactions
    this.items = new ItemTable(interactions.itemIds)
    const size = this.items.size
    this.keepLast = mayRecommendLast(this.options.recommendLast, interactions)
    const byItem = groupRows(item, size)
    const sums = new Float64Array(size)
    const top = new TopK(Math.min(prune, size))
    const successors: Int32Array[] = []
    const weights: Float64Array[] = []
    this.start = new Int32Array(size + 1)
    this.support = new Int32Array(size)
    for (let from = 0; from < size; from++) {
      if ((from & 1023) === 0) {
        context.checkCancelled()
        context.progress(from / size)
      }
      const touched: number[] = []
      for (let at = byItem.start[from]; at < byItem.start[from + 1]; at++) {
        const row = byItem.rows[at]
        const count = (other: number, distance: number) => {
          const to = item[other]
          if (to === from && !this.keepLast) return
          if (sums[to] === 0) touched.push(to)
          sums[to] += this.weightAt(distance)
        }
        for (let d = 1; d <= steps && session[row + d] === session[row]; d++) count(row + d, d)
        if (!this.looksBack) continue
        for (let d = 1; d <= steps && session[row - d] === session[row]; d++) count(row - d, d)
      }
      for (const to of touched) {
        top.offer(to, sums[to])
        sums[to] = 0
      }
      const { numbers, scores } = top.drain()
      successors.push(numbers)
      weights.push(scores)
      this.start[from + 1] = this.start[from] + numbers.length
      this.support[from] = byItem.start[from + 1] - byItem.start[from]
    }
    this.successor = new Int32Array(this.start[size])
    this.weight = new Float64Array(this.start[size])
    successors.forEach((numbers, from) => this.successor.set(numbers, this.start[from]))
    weights.forEach((scores, from) => this.weight.set(scores, this.start[from]))
    this.makeRoom(size)
    context.progress(1)
  }

  recommend(query: ModelQuery, k: number): Scored[] {
    const { lastItems, decay, smoothing } = this.options
    const recent = this.items.known(sequenceOf(query).slice(-lastItems))
    const { touched } = this
    let met = 0
    let trust = 1
    for (let back = recent.length - 1; back >= 0; back--) {
      const from = recent[back]
      const divisor = smoothing > 0 ? this.support[from] + smoothing : 1
      for (let at = this.start[from]; at < this.start[from + 1]; at++) {
        const to = this.successor[at]
        if (this.scratch[to] === 0) touched[met++] = to
        this.scratch[to] += (trust * this.weight[at]) / divisor
      }
      trust *= decay
    }
    const last = this.keepLast ? -1 : recent.at(-1)
    const top = this.best.clear(Math.min(k, met))
    for (let i = 0; i < met; i++) {
      const to = touched[i]
      if (to !== last) top.offer(to, this.scratch[to])
      this.scratch[to] = 0
    }
    return this.items.scored(top)
  }

  save(): Artifact {
    return {
      meta: { keepLast: this.keepLast },
      arrays: {
        items: this.items.pack(),
        start: this.start,
        successor: this.successor,
        weight: this.weight,
        support: this.support,
      },
    }
  }

  load({ meta, arrays }: Artifact): void {
    this.keepLast = meta.keepLast === true
    this.items = ItemTable.unpack(arrays.items)
    this.start = arrays.start as Int32Array
    this.successor = arrays.successor as Int32Array
    this.weight = arrays.weight as Float64Array
    this.support = arrays.support as Int32Array
    this.makeRoom(this.items.size)
  }

  private makeRoom(items: number): void {
    this.scratch = new Float64Array(items)
    this.touched = new Int32Array(items)
  }

  private weightAt(distance: number): number {
    if (this.options.weighting === "same") return 1
    return this.options.weighting === "div" ? 1 / distance : 1 / (distance * distance)
  }
}

const SEARCH: SearchSpace = {
  steps: { from: 1, to: 20, whole: true },
  weighting: { oneOf: ["div", "quadratic", "same"] },
  lastItems: { from: 1, to: 10, whole: true },
  decay: { from: 0.3, to: 1 },
  smoothing: { from: 1, to: 100, log: true },
}

export const sequentialRules: ModelDefinition = {
  name: "sequential-rules",
  search: SEARCH,
  create: (options) => new Rules("sequential-rules", false, options),
}

export const associationRules: ModelDefinition = {
  name: "association-rules",
  search: SEARCH,
  create: (options) => new Rules("association-rules", true, options),
}
