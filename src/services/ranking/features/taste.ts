import { isTurnedDown, MAKE, TAGS, type Cards, type Shopper } from "../../features"
import type { FeatureOf, RankFeature } from "../rank-feature"

/** Times that a trait is met as often as in the shop, before anything is known. */
const PRIOR = 4
/** Fewer products than this say nothing of what the shopper likes. */
const ENOUGH = 2
/** Enough to tip a close race. */
const TIPS = 0.15

/** A taste's values of a set of traits: of its make, its tags and its options. */
const [OF_MAKE, OF_TAGS, OF_OPTIONS, VALUES] = [0, 1, 2, 3]

/** Numbers by trait or by set, and for which taste each was worked out; where another came between, it is done again. */
class WorkedOut {
  values = new Float64Array(0)
  private owners = new Float64Array(0)

  constructor(private readonly width: number) {}

  has(number: number, owner: number): boolean {
    return number < this.owners.length && this.owners[number] === owner
  }

  /** Makes room for the values of this one. */
  own(number: number, owner: number): void {
    if (number >= this.owners.length) {
      this.values = new Float64Array(2 * (number + 1) * this.width)
      this.owners = new Float64Array(2 * (number + 1))
    }
    this.owners[number] = owner
  }
}

/** For the whole process: a list asks of hundreds of products what a few traits are worth. */
const lifts = new WorkedOut(1)
const bySet = new WorkedOut(VALUES)
let made = 0

/** What of a product's traits is what a shopper goes for. */
class Taste {
  private readonly counts = new Map<number, number>()
  private readonly number = ++made
  private readonly products: number

  constructor(
    { recent }: Shopper,
    private readonly cards: Cards
  ) {
    const { counts } = this
    const met = new Set<number>()
    for (const { productId, type } of recent) {
      const number = isTurnedDown(type) ? -1 : cards.numberOf(productId)
      if (number < 0 || met.has(number)) continue
      met.add(number)
      for (const trait of cards.traits.inSet(cards.traitsOf(number)))
        counts.set(trait, (counts.get(trait) ?? 0) + 1)
    }
    this.products = met.size
  }

  get known(): boolean {
    return this.products >= ENOUGH
  }

  /** −1 to 1. */
  of(set: number, value: number): number {
    if (!bySet.has(set, this.number)) this.workOut(set)
    return bySet.values[VALUES * set + value]
  }

  private workOut(set: number): void {
    const { traits } = this.cards
    let [make, tags, options, option, most] = [0, 0, 0, -1, 0]
    for (const trait of traits.inSet(set)) {
      const kind = traits.kindOf(trait)
      const lift = this.liftOf(trait)
      if (kind === MAKE) make += lift
      else if (kind === TAGS) tags += lift
      else if (kind === option) most = Math.max(most, lift)
      else {
        options += most
        option = kind
        most = lift
      }
    }
    bySet.own(set, this.number)
    bySet.values[VALUES * set + OF_MAKE] = Math.tanh(make / 2)
    bySet.values[VALUES * set + OF_TAGS] = Math.tanh(tags / 2)
    bySet.values[VALUES * set + OF_OPTIONS] = Math.tanh((options + most) / 2)
  }

  /**
   * ln of how much more often the shopper met it than is usual, drawn towards 0 while little is known (DuMouchel 1999: a
   * gamma prior on the ratio).
   */
  private liftOf(trait: number): number {
    if (lifts.has(trait, this.number)) return lifts.values[trait]
    const { traits, size } = this.cards
    const usual = (this.products * traits.countOf(trait)) / size
    lifts.own(trait, this.number)
    return (lifts.values[trait] = Math.log(((this.counts.get(trait) ?? 0) + PRIOR) / (usual + PRIOR)))
  }
}

/** By the shopper of a request, for all features of taste. */
const tastes = new WeakMap<Shopper, Taste>()

const tasteFor = (name: string, share: number, value: number): RankFeature => ({
  name,
  share,
  prepare: ({ shopper, catalog: { cards } }): FeatureOf | undefined => {
    let taste = tastes.get(shopper)
    if (!taste) tastes.set(shopper, (taste = new Taste(shopper, cards)))
    const known = taste.known ? taste : undefined
    return known && ((number) => known.of(cards.traitsOf(number), value))
  },
})

/**
 * How much a product's brand, type and collection are what the shopper goes for, −1 to 1: the log-lifts added up, as naive
 * Bayes does, and bounded. 0 where nothing is known; so for tags and options.
 */
export const makeTaste = tasteFor("make_taste", 0, OF_MAKE)

export const tagTaste = tasteFor("tag_taste", TIPS, OF_TAGS)

/** Of the values of an option the one counts that is liked best: it can be chosen. */
export const optionTaste = tasteFor("option_taste", TIPS, OF_OPTIONS)
