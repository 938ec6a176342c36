import type { Scored } from "../lib"
import type { TrainingData } from "../models"

/** What lists are worth beyond hitting the target; means over all lists that hold something. */
export interface ListQuality {
  /** Share of the trained items that some list shows. */
  coverage: number
  /** Mean self-information −log2(share of the interactions) of the items shown, in bits. */
  novelty: number
  /** Mean rank by popularity of the items shown, 1 = all lists show the most popular items, 0 = the least. */
  popularityBias: number
  /** Mean over pairs of a list of 1 − Jaccard similarity of their categories; absent without categories. */
  diversity?: number
  /** Gini index of how often each trained item is shown: 0 = all alike, 1 = one item only. */
  gini: number
}

/** Adds lists up (Castells, Hurley & Vargas 2015 for the definitions). */
export class ListQualityTally {
  private readonly shown: Float64Array
  private readonly bits: Float64Array
  private readonly popularity: Float64Array
  private readonly numbers = new Map<string, number>()
  private readonly categories = new Map<string, ReadonlySet<string>>()
  private lists = 0
  private novelty = 0
  private bias = 0
  private diversity = 0
  private pairedLists = 0

  constructor({ interactions: { item, itemIds }, products }: TrainingData) {
    const counts = new Float64Array(itemIds.length)
    for (const number of item) counts[number]++
    itemIds.forEach((id, number) => this.numbers.set(id, number))
    this.shown = new Float64Array(itemIds.length)
    this.bits = counts.map((count) => -Math.log2(Math.max(1, count) / Math.max(1, item.length)))
    const order = Array.from(counts.keys()).sort((a, b) => counts[a] - counts[b] || a - b)
    this.popularity = new Float64Array(itemIds.length)
    order.forEach((number, rank) => (this.popularity[number] = rank / Math.max(1, order.length - 1)))
    for (const { id, categories } of products) {
      if (categories.length > 0) this.categories.set(id, new Set(categories.map((category) => category.id)))
    }
  }

  add(list: readonly Scored[]): void {
    const known = list.flatMap(({ id }) => this.numbers.get(id) ?? [])
    if (known.length === 0) return
    this.lists++
    let bits = 0
    let popularity = 0
    for (const number of known) {
      this.shown[number]++
      bits += this.bits[number]
      popularity += this.popularity[number]
    }
    this.novelty += bits / known.length
    this.bias += popularity / known.length
    this.addPairs(list)
  }

  result(): ListQuality {
    const items = this.shown.length
    const share = (sum: number) => (this.lists > 0 ? sum / this.lists : 0)
    return {
      coverage: items > 0 ? this.shown.filter((count) => count > 0).length / items : 0,
      novelty: share(this.novelty),
      popularityBias: share(this.bias),
      ...(this.pairedLists > 0 && { diversity: this.diversity / this.pairedLists }),
      gini: gini(this.shown),
    }
  }

  private addPairs(list: readonly Scored[]): void {
    const sets = list.flatMap(({ id }) => this.categories.get(id) ?? [])
    if (sets.length < 2) return
    let sum = 0
    for (let i = 0; i < sets.length; i++) for (let j = 0; j < i; j++) sum += 1 - jaccard(sets[i], sets[j])
    this.diversity += sum / ((sets.length * (sets.length - 1)) / 2)
    this.pairedLists++
  }
}

export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0
  for (const value of a) if (b.has(value)) both++
  return both / (a.size + b.size - both)
}

/** What is 0 need not be sorted: it stands before all others. */
export function gini(counts: Float64Array): number {
  const sorted = counts.filter((count) => count > 0).sort()
  const total = sorted.reduce((sum, count) => sum + count, 0)
  if (total === 0) return 0
  const before = counts.length - sorted.length
  let weighted = 0
  sorted.forEach((count, i) => (weighted += (2 * (before + i + 1) - counts.length - 1) * count))
  return weighted / (counts.length * total)
}
