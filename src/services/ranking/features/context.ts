import type { Cards, Demand, SituationDemand } from "../../features"
import type { RankFeature, RankSituation } from "../rank-feature"
import { ListValues } from "../list-values"

/** Weight of demand that a lift is drawn towards that of the categories by, and that of a category towards 1. */
const PRIOR = 20

/**
 * ln of how much more something is wanted than is to be expected, drawn towards `prior` while little is known
 * (DuMouchel 1999: a gamma prior on the ratio).
 */
const logLift = (wanted: number, expected: number, prior = 0): number =>
  Math.log((wanted + PRIOR * Math.exp(prior)) / (expected + PRIOR))

/** By the place of a side among those of a situation, and of all sides together. */
const bySet: ListValues[] = []
const together = new ListValues()

/** What one side of the situation does to products. */
class Side {
  /** `ofUnknown`, in full. */
  private readonly ofSet: (set: number) => number
  /** How much is wanted here for each that is wanted in the whole. */
  private readonly share: number

  constructor(
    private readonly here: Demand,
    private readonly whole: Demand,
    private readonly sets: Cards["categorySets"],
    /** The whole is the shop. */
    private readonly general: boolean,
    /** What of its lifts is taken. */
    private readonly weight: number,
    values: ListValues
  ) {
    this.share = here.total / whole.total
    this.ofSet = values.begin((set) => this.ofCategories(set))
  }

  /**
   * ln of the lift of a product: of what is known of itself, and for the rest of its categories.
   * @param general how much it is wanted in general, where that is known
   */
  of(id: string, categories: number, general: number | undefined): number {
    if (general === undefined) return this.ofUnknown(categories)
    const prior = this.ofSet(categories)
    const whole = this.general ? general : this.whole.product(id)
    const wanted = whole === undefined ? undefined : this.here.product(id)
    return this.weight * (wanted === undefined ? prior : logLift(wanted, whole! * this.share, prior))
  }

  /** That of products of which no more is known than that they have these categories. */
  ofUnknown(set: number): number {
    return this.weight * this.ofSet(set)
  }

  /** That of the category it moves most. */
  private ofCategories(set: number): number {
    let most = 0
    for (const id of this.sets.idsOf(set)) {
      const wanted = this.here.category(id)
      const whole = this.whole.category(id)
      if (wanted === undefined || whole === undefined) continue
      const lift = logLift(wanted, whole * this.share)
      if (Math.abs(lift) > Math.abs(most)) most = lift
    }
    return most
  }
}

function sidesOf({ general, here }: SituationDemand, { cards }: RankSituation["catalog"]): Side[] {
  const kindOf = (signal: string) => signal.slice(0, signal.indexOf("="))
  const kinds = new Map<string, number>()
  for (const { signal } of here) kinds.set(kindOf(signal), (kinds.get(kindOf(signal)) ?? 0) + 1)
  return here.map(({ signal, demand, whole = general }, at) => {
    // Of all that is on in a city each says much the same: together they count as one side.
    const weight = 1 / kinds.get(kindOf(signal))!
    const values = (bySet[at] ??= new ListValues())
    return new Side(demand, whole, cards.categorySets, whole === general, weight, values)
  })
}

/** Half of the log-lifts is taken: the sides of a situation overlap, and would count the same shoppers twice. */
const bounded = (sum: number): number => Math.tanh(sum / 2)

/**
 * How much more a product is wanted in this situation (device, country and region, time of day, days of the week, season,
 * weather, what is on nearby) than in general, −1 to 1: the sides' log-lifts added up, as naive Bayes does, and bounded. 0
 * where nothing is known.
 */
export const context: RankFeature = {
  name: "context",
  // Enough to tip a close race, and in a situation unlike the others a clear one.
  share: 0.3,
  prepare: ({ demand, catalog }) => {
    if (!demand) return undefined
    const { general } = demand
    const sides = sidesOf(demand, catalog)
    const ofSet = together.begin((set) => {
      let sum = 0
      for (const side of sides) sum += side.ofUnknown(set)
      return bounded(sum)
    })
    return (number, id) => {
      const wanted = general.product(id)
      const categories = catalog.cards.categoriesOf(number)
      if (wanted === undefined) return ofSet(categories)
      let sum = 0
      for (const side of sides) sum += side.of(id, categories, wanted)
      return bounded(sum)
    }
  },
  signals: ({ demand, catalog }, number, id) => {
    if (!demand) return []
    const categories = catalog.cards.categoriesOf(number)
    const wanted = demand.general.product(id)
    const lifts = sidesOf(demand, catalog).map((side) => side.of(id, categories, wanted))
    const sum = lifts.reduce((total, lift) => total + lift, 0)
    const scale = sum === 0 ? 0.5 : bounded(sum) / sum
    return demand.here
      .map(({ signal }, at) => ({ signal, value: lifts[at] * scale }))
      .filter(({ value }) => value !== 0)
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
  },
}
