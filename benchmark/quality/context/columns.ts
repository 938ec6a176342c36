import { Biases } from "./biases"
import { Neighbours } from "./neighbours"
import { PluginFeature } from "./plugin-feature"
import { listed, type Numbered, type Rated } from "./rated"

/** Ratings that a mean is drawn towards 0 by, and likes that a lift is drawn towards 1 by. */
const [MEAN_PRIOR, LIFT_PRIOR, OWN_PRIOR] = [3, 5, 0.5]

/** Columns that know nothing of the situation, in order. */
export const PLAIN = [
  "user rating",
  "likes",
  "rating",
  "rated before",
  "times rated before",
  "own rating",
  "kind rating",
  "kind likes",
  "liked together",
  "rated alike",
  "expected rating",
] as const
/** Columns of the situation, in order. */
export const AWARE = [
  "rating of all here",
  "user rating here",
  "likes here",
  "rating here",
  "kind likes here",
  "kind rating here",
  "times rated here",
  "own rating here",
  "own kind rating here",
  "own kind likes here",
  "liked together here",
  "rated alike here",
  "expected rating here",
] as const

/** What columns know of the situation: nothing, what the plugin's rank feature says, or all there is. */
export type Sight = "nothing" | "plugin" | "all"

/** Sums over ratings. */
class Sums {
  readonly likes: Float64Array
  readonly count: Float64Array
  readonly residual: Float64Array
  total = 0

  constructor(size: number) {
    this.likes = new Float64Array(size)
    this.count = new Float64Array(size)
    this.residual = new Float64Array(size)
  }

  add(at: number, { liked }: Rated, residual: number): void {
    this.count[at]++
    this.residual[at] += residual
    if (!liked) return
    this.likes[at]++
    this.total++
  }

  mean(at: number): number {
    return this.residual[at] / (this.count[at] + MEAN_PRIOR)
  }
}

interface Told {
  rated: Rated
  residual: number
}

/** What one value of a side of the situation does to items. */
interface Here {
  likes: Float64Array
  rating: Float64Array
  kindLikes: Float64Array
  kindRating: Float64Array
  all: number
}

/** What one user's ratings say of items, all alike or weighted by how alike the situations are. */
interface Own {
  user: number
  /** Mean, drawn towards 0. */
  residual: Float64Array
  count: Float64Array
  /** ln(1 + count) */
  times: Float64Array
  kindRating: Float64Array
  kindLikes: Float64Array
  together: Float64Array
  alike: Float64Array
}

/** What ratings say of items for a user in a situation, as columns for a ranker. */
export class Columns {
  readonly mean: number
  private readonly items: Sums
  private readonly kinds: Sums
  private readonly bias: Float64Array
  private readonly logLikes: Float64Array
  private readonly byUser = new Map<number, Told[]>()
  private readonly here: readonly Here[]
  private readonly kindItems: readonly number[][]
  private readonly neighbours: Neighbours
  private plugin: PluginFeature | undefined
  private readonly expected: readonly Biases[]
  private readonly all: readonly number[]

  constructor(
    private readonly ratings: readonly Rated[],
    private readonly set: Numbered
  ) {
    const { kindsOf } = set
    this.all = Array.from(kindsOf, (_, item) => item)
    this.items = new Sums(set.items)
    this.kinds = new Sums(set.kinds)
    this.mean = ratings.reduce((sum, { rating }) => sum + rating, 0) / ratings.length
    for (const rated of ratings) this.items.add(rated.item, rated, rated.rating - this.mean)
    this.bias = Float64Array.from({ length: set.items }, (_, item) => this.items.mean(item))
    this.logLikes = this.items.likes.map(Math.log1p)
    const users = new Sums(set.users)
    for (const rated of ratings)
      users.add(rated.user, rated, rated.rating - this.mean - this.bias[rated.item])
    const values = Array.from({ length: set.values }, () => ({
      items: new Sums(set.items),
      kinds: new Sums(set.kinds),
      all: new Sums(1),
    }))
    for (const rated of ratings) {
      const residual = rated.rating - this.mean - this.bias[rated.item] - users.mean(rated.user)
      listed(this.byUser, rated.user).push({ rated, residual })
      for (const kind of kindsOf[rated.item]) this.kinds.add(kind, rated, residual)
      for (const value of rated.situation) {
        values[value].all.add(0, rated, residual)
        values[value].items.add(rated.item, rated, residual)
        for (const kind of kindsOf[rated.item]) values[value].kinds.add(kind, rated, residual)
      }
    }
    this.kindItems = Array.from({ length: set.kinds }, () => [])
    kindsOf.forEach((of, item) => of.forEach((kind) => this.kindItems[kind].push(item)))
    this.neighbours = new Neighbours(this.byUser.values(), set.items)
    this.expected = [false, true].map((aware) => new Biases(ratings, set, aware))
    this.here = values.map(({ items, kinds, all }) => {
      const ofItems = (value: (item: number) => number) =>
        Float64Array.from({ length: set.items }, (_, i) => value(i))
      return {
        likes: ofItems((item) => lift(items, this.items, item)),
        rating: ofItems((item) => items.mean(item)),
        kindLikes: ofItems((item) => sum(kindsOf[item], (kind) => lift(kinds, this.kinds, kind))),
        kindRating: ofItems((item) => sum(kindsOf[item], (kind) => kinds.mean(kind))),
        all: all.mean(0),
      }
    })
  }

  static width(sight: Sight): number {
    return PLAIN.length + { nothing: 0, plugin: 1, all: AWARE.length }[sight]
  }

  /** The columns of these items, item by item; default: of all. */
  of(
    user: number,
    situation: readonly number[],
    sight: Sight,
    items: readonly number[] = this.all
  ): Float32Array {
    const { set, bias } = this
    const width = Columns.width(sight)
    const rows = new Float32Array(items.length * width)
    const aware = sight === "all"
    const own = this.own(user, () => 1)
    const near = aware ? this.own(user, (told) => likeness(told, situation)) : own
    const [expected, expectedHere] = [false, true].map((knows) => {
      const ratings = new Float64Array(set.items)
      if (aware || !knows) this.expected[knows ? 1 : 0].expect(user, situation, ratings)
      return ratings
    })
    // Column by column: each is read in one go.
    let column = 0
    const put = (value: (item: number) => number) => {
      for (let i = 0, at = column; i < items.length; i++, at += width) rows[at] = value(items[i])
      column++
    }
    put(() => own.user)
    put((item) => this.logLikes[item])
    put((item) => bias[item])
    put((item) => (own.count[item] > 0 ? 1 : 0))
    put((item) => own.times[item])
    put((item) => own.residual[item])
    put((item) => own.kindRating[item])
    put((item) => own.kindLikes[item])
    put((item) => own.together[item])
    put((item) => own.alike[item])
    put((item) => expected[item])
    if (sight === "plugin") {
      this.plugin ??= new PluginFeature(this.ratings, set)
      const values = new Float64Array(set.items)
      this.plugin.of(situation, values)
      put((item) => values[item])
    }
    if (!aware) return rows
    const here = situation.map((value) => this.here[value])
    const all = sum(here, (of) => of.all)
    put(() => all)
    put(() => near.user)
    put((item) => sum(here, (of) => of.likes[item]))
    put((item) => sum(here, (of) => of.rating[item]))
    put((item) => sum(here, (of) => of.kindLikes[item]))
    put((item) => sum(here, (of) => of.kindRating[item]))
    put((item) => near.times[item])
    put((item) => near.residual[item])
    put((item) => near.kindRating[item])
    put((item) => near.kindLikes[item])
    put((item) => near.together[item])
    put((item) => near.alike[item])
    put((item) => expectedHere[item])
    return rows
  }

  private own(user: number, weightOf: (situation: readonly number[]) => number): Own {
    const { set, neighbours, kindItems } = this
    const [residual, count, times, together, alike, kindRating, kindLikes] = Array.from(
      { length: 7 },
      () => new Float64Array(set.items)
    )
    const kinds = new Map<number, { residual: number; count: number; liked: number }>()
    let [sumOfAll, weightOfAll] = [0, 0]
    for (const { rated, residual: left } of this.byUser.get(user) ?? []) {
      const { item, situation, rating, liked } = rated
      const weight = weightOf(situation)
      sumOfAll += weight * (rating - this.mean - this.bias[item])
      weightOfAll += weight
      residual[item] += weight * left
      count[item] += weight
      for (const kind of set.kindsOf[item]) {
        let own = kinds.get(kind)
        if (!own) kinds.set(kind, (own = { residual: 0, count: 0, liked: 0 }))
        own.residual += weight * left
        own.count += weight
        if (liked) own.liked += weight
      }
      neighbours.add(rated, weight, weight * left, together, alike)
    }
    for (const { rated } of this.byUser.get(user) ?? []) times[rated.item] = Math.log1p(count[rated.item])
    for (const item of new Set(this.byUser.get(user)?.map(({ rated }) => rated.item)))
      residual[item] /= count[item] + OWN_PRIOR
    for (const [kind, own] of kinds)
      for (const item of kindItems[kind]) {
        kindRating[item] += own.residual / (own.count + MEAN_PRIOR)
        kindLikes[item] += Math.log1p(own.liked)
      }
    return {
      user: sumOfAll / (weightOfAll + MEAN_PRIOR),
      ...{ residual, count, times, kindRating, kindLikes, together, alike },
    }
  }
}

/** 0 to 1: what two situations have in common, of all that is known of either. */
function likeness(one: readonly number[], other: readonly number[]): number {
  let common = 0
  for (const value of one) if (other.includes(value)) common++
  return ((1 + common) / (1 + one.length + other.length - common)) ** 2
}

/** Log of how much more of the likes go to it here than in general, drawn towards 0. */
function lift(here: Sums, general: Sums, at: number): number {
  if (general.total === 0) return 0
  const expected = (here.total * general.likes[at]) / general.total
  return Math.log((here.likes[at] + LIFT_PRIOR) / (expected + LIFT_PRIOR))
}

function sum<T>(of: readonly T[], value: (one: T) => number): number {
  let total = 0
  for (const one of of) total += value(one)
  return total
}
