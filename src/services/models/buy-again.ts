import { z } from "zod"
import { groupRows, TopK, type Artifact, type Scored } from "../lib"
import { ItemTable } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric } from "./options"
import { KINDS, type TrainingData } from "./training-data"

const optionsSchema = z.strictObject({
  /** Purchases of one product within this many days count as one. */
  sameWithinDays: numeric().min(0).default(1),
  /** Intervals (of all shoppers) that a product must have before its own rhythm counts as much as everybody's. */
  smoothing: numeric().positive().default(5),
  /** Intervals that must be known of a product before it is said to be bought again. */
  support: numeric().positive().default(5),
})

const DAY = 86_400
/** Bins of log2(time since the last purchase / usual interval), from −4 to 4 in halves. */
const BINS = 16
const binOf = (ratio: number): number => Math.max(0, Math.min(BINS - 1, Math.floor(2 * Math.log2(ratio) + 8)))
/** Ratio at which a bin ends. */
const binEnd = (bin: number): number => (bin === BINS - 1 ? Infinity : 2 ** ((bin - 7) / 2))
/** Purchases of one product by one shopper are counted up to here. */
const MOST = 8
/** Weight of the product's rhythm beside the shopper's own intervals. */
const OWN_PRIOR = 2
const USUAL_DAYS = 30
/** Share of its purchases that another one follows, from which on a product is usually bought again. */
const USUALLY = 0.1

/**
 * What this shopper will buy again: a hazard by the time since the last purchase over the usual interval, which is the
 * shopper's own, shrunk towards the product's and everybody's; times how much likelier the product, and somebody who
 * bought it that often, is bought again than by the average (a repeat-purchase model in the spirit of Bhagat et al.,
 * KDD 2018). Answers `purchases` only. Fit needs 24 bytes per purchase; the model keeps 12 bytes per item.
 */
class BuyAgain implements Model {
  readonly name = "buy-again"
  private readonly options: z.output<typeof optionsSchema>
  items = new ItemTable([])
  /** ln of the usual interval in days, per item. */
  private rhythm: Float32Array = new Float32Array(0)
  /** Chance of another purchase over the average chance, per item. */
  private appeal: Float32Array = new Float32Array(0)
  /** Whether the product is usually bought again, per item. */
  private usual: Uint8Array = new Uint8Array(0)
  /** Purchases per usual interval, by bin. */
  private hazard: Float64Array = new Float64Array(BINS)
  /** Chance of another purchase after n, over the average chance. */
  private growth: Float64Array = new Float64Array(MOST + 1)

  constructor(options?: Record<string, unknown>) {
    this.options = modelOptions("buy-again", optionsSchema, options)
  }

  fit(data: TrainingData, context: FitContext): void {
    context.checkCancelled()
    const { itemIds } = data.interactions
    const { smoothing } = this.options
    this.items = new ItemTable(itemIds)
    const pairs = this.purchasesByPair(data)
    const sums = new Float64Array(itemIds.length)
    const counts = new Float64Array(itemIds.length)
    const tried = new Float64Array(itemIds.length)
    const triedAfter = new Float64Array(MOST + 1)
    const wentOn = new Float64Array(MOST + 1)
    let [total, all] = [0, 0]
    for (const { item, days } of pairs) {
      days.forEach((day, i) => {
        tried[item]++
        triedAfter[Math.min(MOST, i + 1)]++
        if (i === 0) return
        wentOn[Math.min(MOST, i)]++
        const interval = Math.log(day - days[i - 1])
        sums[item] += interval
        counts[item]++
        total += interval
        all++
      })
    }
    const everybody = all > 0 ? total / all : Math.log(USUAL_DAYS)
    const chance = all / Math.max(1, sumOf(tried))
    this.rhythm = Float32Array.from(
      sums,
      (sum, item) => (sum + smoothing * everybody) / (counts[item] + smoothing)
    )
    this.appeal = Float32Array.from(tried, (times, item) => ratio(counts[item], times, chance, smoothing))
    const { support } = this.options
    this.usual = Uint8Array.from(counts, (count, item) =>
      count >= support && count >= USUALLY * tried[item] ? 1 : 0
    )
    this.growth = Float64Array.from(triedAfter, (times, n) => ratio(wentOn[n], times, chance, smoothing))
    context.progress(0.5)
    this.hazard = this.hazardOf(pairs, data.asOf / 1000 / DAY, all > 0)
    context.progress(1)
  }

  recommend({ purchases, context }: ModelQuery, k: number): Scored[] {
    if (!purchases) return []
    const bought = new Map<number, number[]>()
    purchases.ids.forEach((id, i) => {
      const item = this.items.numberOf(id)
      if (item < 0) return
      const days = bought.get(item)
      if (days) this.add(days, purchases.at[i] / DAY)
      else bought.set(item, [purchases.at[i] / DAY])
    })
    const newest = purchases.at.length > 0 ? Math.max(...purchases.at) / DAY : 0
    const now = Math.max(newest, (context?.now ?? 0) / 1000 / DAY)
    const top = new TopK(Math.min(k, bought.size))
    for (const [item, days] of bought) {
      const usual = this.usualDays(item, days, days.length)
      const since = Math.max(1e-3, now - days[days.length - 1])
      const score =
        (this.hazard[binOf(since / usual)] / usual) *
        this.appeal[item] *
        this.growth[Math.min(MOST, days.length)]
      if (score > 0) top.offer(item, score)
    }
    return this.items.scored(top)
  }

  repeatDays(id: string): number | undefined {
    const item = this.items.numberOf(id)
    return item >= 0 && this.usual[item] ? Math.exp(this.rhythm[item]) : undefined
  }

  save(): Artifact {
    const { rhythm, appeal, usual, hazard, growth } = this
    return { meta: {}, arrays: { items: this.items.pack(), rhythm, appeal, usual, hazard, growth } }
  }

  load({ arrays }: Artifact): void {
    this.items = ItemTable.unpack(arrays.items)
    this.rhythm = arrays.rhythm as Float32Array
    this.appeal = arrays.appeal as Float32Array
    // Saved before intervals were given away: the list works as before.
    this.usual = (arrays.usual as Uint8Array | undefined) ?? new Uint8Array(0)
    this.hazard = arrays.hazard as Float64Array
    this.growth = arrays.growth as Float64Array
  }

  /** Days of purchase of every product by every known shopper, rising. */
  private purchasesByPair({ interactions }: TrainingData): { item: number; days: number[] }[] {
    const { item, user, userIds, kind, ts } = interactions
    const purchase = KINDS.indexOf("purchase")
    const { start, rows } = groupRows(
      user.map((of, row) => (kind[row] === purchase ? of + 1 : 0)),
      userIds.length + 1
    )
    const pairs: { item: number; days: number[] }[] = []
    for (let of = 1; of <= userIds.length; of++) {
      const own = rows.subarray(start[of], start[of + 1]).sort((a, b) => ts[a] - ts[b] || a - b)
      const byItem = new Map<number, number[]>()
      for (const row of own) {
        const days = byItem.get(item[row])
        if (days) this.add(days, ts[row] / DAY)
        else byItem.set(item[row], [ts[row] / DAY])
      }
      for (const [number, days] of byItem) pairs.push({ item: number, days })
    }
    return pairs
  }

  private add(days: number[], day: number): void {
    if (day - days[days.length - 1] > this.options.sameWithinDays) days.push(day)
  }

  /** Usual interval of a shopper's first `purchases` of a product, in days. */
  private usualDays(item: number, days: readonly number[], purchases: number): number {
    let sum = OWN_PRIOR * this.rhythm[item]
    for (let i = 1; i < purchases; i++) sum += Math.log(days[i] - days[i - 1])
    return Math.exp(sum / (OWN_PRIOR + Math.max(0, purchases - 1)))
  }

  /** Repeat purchases over the time at risk, in usual intervals, by bin. */
  private hazardOf(
    pairs: readonly { item: number; days: number[] }[],
    today: number,
    any: boolean
  ): Float64Array {
    const events = new Float64Array(BINS)
    const atRisk = new Float64Array(BINS)
    for (const { item, days } of pairs) {
      for (let n = 1; n <= days.length; n++) {
        const usual = this.usualDays(item, days, n)
        const until = ((days[n] ?? Math.max(today, days[n - 1])) - days[n - 1]) / usual
        for (let bin = 0, from = 0; bin < BINS && from < until; bin++) {
          atRisk[bin] += Math.min(until, binEnd(bin)) - from
          from = binEnd(bin)
        }
        if (n < days.length) events[binOf(until)]++
      }
    }
    const average = any ? sumOf(events) / Math.max(1e-9, sumOf(atRisk)) : 0
    return events.map((count, bin) => (count + average) / (atRisk[bin] + 1))
  }
}

/** A share over the average share, shrunk towards 1; 0 where nothing is ever repeated. */
function ratio(hits: number, tries: number, average: number, prior: number): number {
  return average > 0 ? (hits + prior * average) / (tries + prior) / average : 0
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0)

export const buyAgain: ModelDefinition = {
  name: "buy-again",
  create: (options) => new BuyAgain(options),
}
