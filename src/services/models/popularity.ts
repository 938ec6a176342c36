import { z } from "zod"
import { groupRows, TopK, type Artifact, type Scored } from "../lib"
import { ItemTable } from "./item-table"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "./model"
import { modelOptions, numeric } from "./options"
import { DEVICES, type TrainingData } from "./training-data"

const SECONDS_PER_DAY = 86_400

const optionsSchema = z.strictObject({
  /** Days after which an interaction counts half; 0 = never fades. */
  halfLifeDays: numeric().min(0).default(14),
  /** Weight of a view, a cart, a purchase. */
  kindWeights: z.array(numeric().min(0)).length(3).default([1, 3, 5]),
  /** Interactions a country or device must have before its own taste counts as much as everybody's. */
  smoothing: numeric().min(0).default(200),
  /** Items remembered per country and device. */
  segmentItems: numeric().int().min(1).default(500),
})

/**
 * Decayed counts, over all and per country and device. A segment's list is smoothed towards everybody's
 * (a Dirichlet prior of `smoothing` interactions), so that a small country does not rank by noise.
 * Fit holds one float per item and 12 bytes per interaction; the model keeps one float per item and `segmentItems` pairs
 * per segment.
 */
class Popularity implements Model {
  readonly name = "popularity"
  private readonly options: z.output<typeof optionsSchema>
  items = new ItemTable([])
  /** Items by falling score; scores are shares of all weight. */
  private order: Int32Array = new Int32Array(0)
  private shares: Float64Array = new Float64Array(0)
  private segments = new Map<string, { items: Int32Array; shares: Float64Array }>()
  /** Names of segments → what they say together: at most one list for each country with each device. */
  private readonly merged = new Map<string, readonly Scored[]>()

  constructor(options?: Record<string, unknown>) {
    this.options = modelOptions("popularity", optionsSchema, options)
  }

  fit(data: TrainingData, context: FitContext): void {
    const { interactions } = data
    this.items = new ItemTable(interactions.itemIds)
    const weights = this.rowWeights(data)
    const all = Int32Array.from(weights.keys())
    const everybody = this.normalise(this.sum(data, weights, all))
    const top = new TopK(this.items.size)
    everybody.forEach((share, item) => top.offer(item, share))
    const ranked = top.drain()
    this.order = ranked.numbers
    this.shares = ranked.scores
    this.segments = new Map()
    this.merged.clear()
    const { country, countries = [], device } = interactions
    const segment = (prefix: string, names: readonly string[], codes: ArrayLike<number>) => {
      const { start, rows } = groupRows(codes, names.length + 1)
      names.forEach((name, code) => {
        context.checkCancelled()
        const own = rows.subarray(start[code + 1], start[code + 2])
        this.addSegment(`${prefix}:${name}`, data, weights, everybody, own)
      })
    }
    if (country)
      segment(
        "country",
        countries,
        country.map((code) => code + 1)
      )
    if (device) segment("device", DEVICES, device)
    context.progress(1)
  }

  recommend(query: ModelQuery, k: number): Scored[] {
    const { country, device } = query.context ?? {}
    const names = [`country:${country}`, `device:${device}`].filter((name) => this.segments.has(name))
    if (names.length === 0) return this.everybody(k, new Set())
    const found = this.merge(names).slice(0, k)
    if (found.length === k) return found
    // Beyond what the segments remember, everybody's order goes on, below their last score.
    const floor = found.at(-1)?.score ?? 1
    const rest = this.everybody(k - found.length, new Set(found.map(({ id }) => id)))
    return found.concat(rest.map(({ id, score }) => ({ id, score: Math.min(score, floor) })))
  }

  save(): Artifact {
    const arrays: Artifact["arrays"] = { items: this.items.pack(), order: this.order, shares: this.shares }
    const segments = [...this.segments.keys()]
    segments.forEach((name, i) => {
      arrays[`segment${i}.items`] = this.segments.get(name)!.items
      arrays[`segment${i}.shares`] = this.segments.get(name)!.shares
    })
    return { meta: { segments }, arrays }
  }

  load({ meta, arrays }: Artifact): void {
    this.items = ItemTable.unpack(arrays.items)
    this.order = arrays.order as Int32Array
    this.shares = arrays.shares as Float64Array
    this.segments = new Map(
      (meta.segments as string[]).map((name, i) => [
        name,
        {
          items: arrays[`segment${i}.items`] as Int32Array,
          shares: arrays[`segment${i}.shares`] as Float64Array,
        },
      ])
    )
    this.merged.clear()
  }

  /** The mean of the segments' shares, best first. */
  private merge(names: readonly string[]): readonly Scored[] {
    const key = names.join()
    const known = this.merged.get(key)
    if (known) return known
    const shares = new Map<number, number>()
    for (const list of names.map((name) => this.segments.get(name)!)) {
      list.items.forEach((item, i) =>
        shares.set(item, (shares.get(item) ?? 0) + list.shares[i] / names.length)
      )
    }
    const top = new TopK(shares.size)
    for (const [item, share] of shares) top.offer(item, share)
    const made = this.items.scored(top)
    this.merged.set(key, made)
    return made
  }

  private everybody(k: number, without: ReadonlySet<string>): Scored[] {
    const found: Scored[] = []
    for (let i = 0; i < this.order.length && found.length < k; i++) {
      const id = this.items.ids[this.order[i]]
      if (!without.has(id)) found.push({ id, score: this.shares[i] })
    }
    return found
  }

  private rowWeights({ interactions, asOf }: TrainingData): Float64Array {
    const { halfLifeDays, kindWeights } = this.options
    return Float64Array.from(interactions.ts, (ts, row) => {
      const days = Math.max(0, asOf / 1000 - ts) / SECONDS_PER_DAY
      return kindWeights[interactions.kind[row]] * (halfLifeDays > 0 ? 2 ** (-days / halfLifeDays) : 1)
    })
  }

  private sum({ interactions }: TrainingData, weights: Float64Array, rows: Int32Array): Float64Array {
    const counts = new Float64Array(this.items.size)
    for (const row of rows) counts[interactions.item[row]] += weights[row]
    return counts
  }

  private normalise(counts: Float64Array): Float64Array {
    const total = counts.reduce((sum, count) => sum + count, 0)
    return total > 0 ? counts.map((count) => count / total) : counts
  }

  private addSegment(
    name: string,
    data: TrainingData,
    weights: Float64Array,
    everybody: Float64Array,
    rows: Int32Array
  ): void {
    if (rows.length === 0) return
    const own = this.normalise(this.sum(data, weights, rows))
    const trust = rows.length / (rows.length + this.options.smoothing)
    const top = new TopK(Math.min(this.options.segmentItems, this.items.size))
    own.forEach((share, item) => top.offer(item, trust * share + (1 - trust) * everybody[item]))
    const { numbers, scores } = top.drain()
    this.segments.set(name, { items: numbers, shares: scores })
  }
}

export const popularity: ModelDefinition = {
  name: "popularity",
  search: { halfLifeDays: { from: 1, to: 90, log: true } },
  create: (options) => new Popularity(options),
}
