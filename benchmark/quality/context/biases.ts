import { listed, type Numbered, type Rated } from "./rated"

/** Ratings that a bias is drawn towards 0 by. */
const PRIORS = { user: 2, item: 3, own: 1, kind: 5, here: 8 }
const SWEEPS = 8

/** Ratings by number that a bias is part of, and the bias. */
interface Bias {
  prior: number
  value: number
  ratings: number[]
}

/**
 * A rating as a sum of biases: of the user, the item, the two together and the user with the item's kinds; where it is
 * aware of the situation, also of each of its values alone, with the user, the item and its kinds (the contextual biases
 * of CAMF, Baltrunas, Ludwig & Ricci 2011). Each is what the others leave, drawn to 0 (backfitting).
 */
export class Biases {
  private readonly biases = new Map<number, Bias>()
  private readonly mean: number
  private readonly ofItem: Float64Array
  /** By value of the situation, what it does to each item. */
  private readonly here: readonly Float64Array[]
  private readonly rated = new Map<number, number[]>()

  constructor(
    ratings: readonly Rated[],
    private readonly set: Numbered,
    private readonly aware: boolean
  ) {
    this.mean = ratings.reduce((sum, { rating }) => sum + rating, 0) / ratings.length
    ratings.forEach(({ user, item, situation }, at) => {
      const put = (key: number, prior: number) => {
        let bias = this.biases.get(key)
        if (!bias) this.biases.set(key, (bias = { prior, value: 0, ratings: [] }))
        bias.ratings.push(at)
      }
      put(this.key(USER, user), PRIORS.user)
      put(this.key(ITEM, item), PRIORS.item)
      put(this.key(USER_ITEM, user, item), PRIORS.own)
      if (!listed(this.rated, user).includes(item)) listed(this.rated, user).push(item)
      for (const kind of set.kindsOf[item]) put(this.key(USER_KIND, user, kind), PRIORS.kind)
      if (!aware) return
      for (const value of situation) {
        put(this.key(VALUE, value), PRIORS.here)
        put(this.key(VALUE_USER, value, user), PRIORS.here)
        put(this.key(VALUE_ITEM, value, item), PRIORS.here)
        for (const kind of set.kindsOf[item]) put(this.key(VALUE_KIND, value, kind), PRIORS.here)
      }
    })
    const left = Float64Array.from(ratings, ({ rating }) => rating - this.mean)
    for (let sweep = 0; sweep < SWEEPS; sweep++) for (const bias of this.biases.values()) backfit(bias, left)
    this.ofItem = Float64Array.from(set.kindsOf, (_, item) => this.at(ITEM, item))
    this.here = Array.from({ length: aware ? set.values : 0 }, (_, value) =>
      Float64Array.from(set.kindsOf, (kinds, item) =>
        kinds.reduce((sum, kind) => sum + this.at(VALUE_KIND, value, kind), this.at(VALUE_ITEM, value, item))
      )
    )
  }

  /** The expected rating of each item, into `ratings`. */
  expect(user: number, situation: readonly number[], ratings: Float64Array): void {
    const { set, aware, here, ofItem } = this
    let all = this.mean + this.at(USER, user)
    if (aware) for (const value of situation) all += this.at(VALUE, value) + this.at(VALUE_USER, value, user)
    const kinds = Float64Array.from({ length: set.kinds }, (_, kind) => this.at(USER_KIND, user, kind))
    for (let item = 0; item < set.items; item++) {
      let sum = all + ofItem[item]
      const of = set.kindsOf[item]
      for (let i = 0; i < of.length; i++) sum += kinds[of[i]]
      ratings[item] = sum
    }
    if (aware)
      for (const value of situation) {
        const effects = here[value]
        for (let item = 0; item < set.items; item++) ratings[item] += effects[item]
      }
    for (const item of this.rated.get(user) ?? []) ratings[item] += this.at(USER_ITEM, user, item)
  }

  private at(group: number, one: number, other?: number): number {
    return this.biases.get(this.key(group, one, other))?.value ?? 0
  }

  private key(group: number, one: number, other = 0): number {
    return (one * GROUPS + group) * this.size + other
  }

  private get size(): number {
    return Math.max(this.set.users, this.set.items, this.set.kinds)
  }
}

const [USER, ITEM, USER_ITEM, USER_KIND, VALUE, VALUE_USER, VALUE_ITEM, VALUE_KIND, GROUPS] = Array.from(
  { length: 9 },
  (_, i) => i
)

function backfit(bias: Bias, left: Float64Array): void {
  let sum = 0
  for (const at of bias.ratings) sum += left[at] + bias.value
  const next = sum / (bias.ratings.length + bias.prior)
  for (const at of bias.ratings) left[at] += bias.value - next
  bias.value = next
}
