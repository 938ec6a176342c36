import { isTurnedDown, MAKE, TAGS, type Cards, type ProductCard, type Shopper } from "../../features"
import type { FeatureOf, RankFeature } from "../rank-feature"

/** Times that a trait is met as often as in the shop, before anything is known. */
const PRIOR = 4
/** Fewer products than this say nothing of what the shopper likes. */
const ENOUGH = 2
/** Enough to tip a close race. */
const TIPS = 0.15

/**
 * By number of a trait: its lift, and for which taste it was worked out. One for the whole process, for a list asks of
 * hundreds of products what a few traits are worth; where another taste came between, it is worked out again.
 */
let lifts = new Float64Array(0)
let owners = new Float64Array(0)
let made = 0

/** What of a product's traits is what a shopper goes for. */
class Taste {
  make = 0
  tags = 0
  options = 0
  private readonly counts = new Map<number, number>()
  private readonly number = ++made
  private readonly products: number
  private card: ProductCard | undefined

  constructor(
    { recent }: Shopper,
    private readonly cards: Cards
  ) {
    const { counts } = this
    const met = new Set<ProductCard>()
    for (const { productId, type } of recent) {
      const card = isTurnedDown(type) ? undefined : cards.get(productId)
      if (!card || met.has(card)) continue
      met.add(card)
      for (const trait of card.traits) counts.set(trait, (counts.get(trait) ?? 0) + 1)
    }
    this.products = met.size
  }

  get known(): boolean {
    return this.products >= ENOUGH
  }

  /** Looks at a product: `make`, `tags` and `options` are about it then. */
  at(card: ProductCard): this {
    if (card === this.card) return this
    this.card = card
    const { traits: all } = this.cards
    const { traits } = card
    let [make, tags, options, option, most] = [0, 0, 0, -1, 0]
    for (let i = 0; i < traits.length; i++) {
      const trait = traits[i]
      const kind = all.kindOf(trait)
      const lift = trait < owners.length && owners[trait] === this.number ? lifts[trait] : this.liftOf(trait)
      if (kind === MAKE) make += lift
      else if (kind === TAGS) tags += lift
      else if (kind === option) most = Math.max(most, lift)
      else {
        options += most
        option = kind
        most = lift
      }
    }
    this.make = make
    this.tags = tags
    this.options = options + most
    return this
  }

  /**
   * ln of how much more often the shopper met it than is usual, drawn towards 0 while little is known (DuMouchel 1999: a
   * gamma prior on the ratio).
   */
  private liftOf(trait: number): number {
    if (trait < owners.length && owners[trait] === this.number) return lifts[trait]
    const { traits, size } = this.cards
    if (trait >= owners.length) {
      lifts = new Float64Array(2 * traits.end)
      owners = new Float64Array(2 * traits.end)
    }
    const usual = (this.products * traits.countOf(trait)) / size
    const lift = Math.log(((this.counts.get(trait) ?? 0) + PRIOR) / (usual + PRIOR))
    owners[trait] = this.number
    lifts[trait] = lift
    return lift
  }
}

/** By the shopper of a request, for all features of taste. */
const tastes = new WeakMap<Shopper, Taste>()

const tasteFor = (name: string, share: number, valueOf: (taste: Taste) => number): RankFeature => ({
  name,
  share,
  prepare: ({ shopper, catalog: { cards } }): FeatureOf | undefined => {
    let taste = tastes.get(shopper)
    if (!taste) tastes.set(shopper, (taste = new Taste(shopper, cards)))
    return taste.known ? (card) => Math.tanh(valueOf(taste.at(card)) / 2) : undefined
  },
})

/**
 * How much a product's brand, type and collection are what the shopper goes for, −1 to 1: the log-lifts added up, as naive
 * Bayes does, and bounded. 0 where nothing is known; so for tags and options.
 */
export const makeTaste = tasteFor("make_taste", 0, ({ make }) => make)

export const tagTaste = tasteFor("tag_taste", TIPS, ({ tags }) => tags)

/** Of the values of an option the one counts that is liked best: it can be chosen. */
export const optionTaste = tasteFor("option_taste", TIPS, ({ options }) => options)
